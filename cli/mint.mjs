// @ts-check
// `copilotkit-gate mint`: a token from a throw-away key, with the JWK Set that verifies it, or from an issuer's shared secret.

import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { Failure } from './failure.mjs';
import { now } from './host.mjs';
import { readOptions } from './options.mjs';
import { PROJECT_OPTIONS, readProject } from './project.mjs';
import { issuersOf, secretBytes, secretsOf } from './secret-encoding.mjs';
import { ALGORITHMS, claimsFor, mintToken, preferredAlgorithm, sharedKey, throwAwayKey } from './token.mjs';

export const help = `Usage: copilotkit-gate mint --sub USER [--claim NAME=VALUE]... [OPTION...]

Signs a token with a throw-away key, prints it, and adds the public key to a JWK Set file, so that you can try rules without
a provider. The private key is not stored. Claims that the environment's first issuer requires are filled in. If that issuer
has a shared secret, the value in .dev.vars signs the token, and no file is written.

  --sub USER         the user
  --claim NAME=VALUE a claim; VALUE is parsed as JSON if possible, else a string. May be repeated
  --issuer URL       iss, instead of the environment's
  --audience NAME    aud, instead of the environment's
  --expires SECONDS  the lifetime (3600)
  --alg NAME         ${ALGORITHMS.join(', ')} (ES256 if the issuer accepts it)
  --keys FILE        the JWK Set file (jwks.json)
  --serve            serve the discovery document and the JWK Set on loopback until Ctrl-C; iss is that address
  --port PORT        the port for --serve (any free one)
  --env, --config    the environment with the issuer (the top level)

Examples:
  copilotkit-gate mint --sub bob --claim role=member | copilotkit-gate explain - --keys jwks.json
  copilotkit-gate mint --sub alice --claim 'permissions=["agents:run"]' --serve --port 4001`;

/** @satisfies {import('node:util').ParseArgsOptionsConfig} */
const OPTIONS = {
  ...PROJECT_OPTIONS,
  sub: { type: 'string' },
  claim: { type: 'string', multiple: true, default: [] },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  expires: { type: 'string', default: '3600' },
  alg: { type: 'string' },
  keys: { type: 'string', default: 'jwks.json' },
  serve: { type: 'boolean' },
  port: { type: 'string', default: '0' },
};

/** @param {string[]} args */
export async function run(args) {
  const { values } = readOptions({ args, options: OPTIONS });
  if (!values.sub) throw new Failure('--sub names the user: mint --sub alice', 2);
  if (values.alg !== undefined && !ALGORITHMS.includes(values.alg))
    throw new Failure(`--alg is one of ${ALGORITHMS.join(', ')}`, 2);
  const lifetime = whole('--expires', values.expires);
  const claims = Object.fromEntries(values.claim.map(claim));
  const server = values.serve && (await serve(values.keys, whole('--port', values.port)));
  const issuer = await issuerFor({ ...values, ...(server && !values.issuer && { issuer: server.issuer }) });
  const key = issuer.shared ?? newKey(values.alg ?? preferredAlgorithm(issuer.algorithms), values.keys);
  console.log(
    mintToken(key, claimsFor(issuer, { sub: values.sub, at: now(), lifetime, claims }), { typ: issuer.typ?.[0] }),
  );
  if (server) {
    console.error(`• ${server.issuer} serves it until Ctrl-C; these settings trust it:`);
    console.error(
      `  [[vars.ISSUERS]]\n  issuer = "${server.issuer}"\n  audience = "${issuer.audience[0] ?? 'copilotkit'}"`,
    );
    await new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve);
    });
    server.close();
  }
}

/**
 * A throw-away key whose public half is added to the file at `path`.
 *
 * @param {string} alg
 * @param {string} path
 */
function newKey(alg, path) {
  const key = throwAwayKey(alg);
  addKey(path, key.jwk);
  console.error(`• the public key is in ${path}`);
  return key;
}

/**
 * The issuer whose token this is to be, by options, and else by the settings; with its `shared` key if it has one.
 *
 * @param {{issuer?: string, audience?: string, alg?: string, config?: string, env?: string}} options
 * @returns {Promise<import('./token.mjs').Accepts & {algorithms: string[], typ?: string[], shared?: import('./token.mjs').SigningKey}>}
 */
async function issuerFor({ issuer, audience, alg, ...project }) {
  const plain = { tenants: [], authorized_parties: [], required_claims: [], claims: [], algorithms: ['ES256'] };
  if (issuer && audience) return { ...plain, issuer, audience: [audience] };
  const { validate } = await import('./core.mjs');
  const { environments } = await readProject({ ...project, env: project.env ?? '' });
  const [environment] = environments;
  const { facts, faults } = validate(environment.settings);
  if (!facts)
    throw new Failure(`${faults[0].setting} ${faults[0].fault}: run check, or give --issuer and --audience`, 2);
  const [first] = facts.issuers;
  const asked = { ...first, ...(issuer && { issuer }), ...(audience && { audience: [audience] }) };
  if (issuer) return { ...asked, algorithms: plain.algorithms };
  return first.keys === 'secret' ? { ...asked, shared: keyOfSecret(environment, first.algorithms, alg) } : asked;
}

/**
 * The key of the first issuer's shared secret, whose value must be here.
 *
 * @param {import('./project.mjs').Environment} environment
 * @param {string[]} algorithms
 * @param {string} [alg]
 */
function keyOfSecret({ settings, local }, algorithms, alg) {
  if (alg !== undefined) throw new Failure(`ISSUERS[0] has a shared secret: without --alg, ${algorithms[0]} signs`, 2);
  const [name] = secretsOf(issuersOf(settings)[0]);
  if (!Object.hasOwn(local, name)) {
    throw new Failure(`ISSUERS[0] has the shared secret ${name}, which has no value here: put it into .dev.vars`, 2);
  }
  console.error(`• signed with ${name}`);
  return sharedKey(algorithms[0], secretBytes(settings, 0));
}

/**
 * @param {string} text
 * @returns {[name: string, value: unknown]}
 */
function claim(text) {
  const at = text.indexOf('=');
  if (at < 1) throw new Failure(`--claim ${text} is not NAME=VALUE`, 2);
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value)];
  } catch {
    return [text.slice(0, at), value];
  }
}

/**
 * @param {string} path
 * @param {object} jwk
 */
function addKey(path, jwk) {
  const keys = existsSync(path) ? keysOf(path) : [];
  writeFileSync(path, `${JSON.stringify({ keys: [...keys, jwk] }, null, 2)}\n`);
}

/**
 * @param {string} path
 * @returns {object[]}
 */
function keysOf(path) {
  try {
    const { keys } = JSON.parse(readFileSync(path, 'utf8'));
    if (Array.isArray(keys)) return keys;
  } catch {
    // no JSON
  }
  throw new Failure(`${path} exists and is not a JWK Set: choose another file with --keys`, 2);
}

/**
 * Serves the set file, read anew for each request, so that later tokens verify as well.
 *
 * @param {string} path
 * @param {number} port
 */
async function serve(path, port) {
  const server = createServer((request, response) => {
    const issuer = `http://localhost:${portOf(server)}`;
    /** @type {Record<string, (() => object) | undefined>} */
    const documents = {
      '/.well-known/openid-configuration': () => ({ issuer, jwks_uri: `${issuer}/jwks.json` }),
      '/jwks.json': () => ({ keys: keysOf(path) }),
    };
    const document = documents[request.url ?? ''];
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(document ? JSON.stringify(document()) : '{"error":"not_found"}');
  });
  server.listen(port, 'localhost');
  await Promise.race([once(server, 'listening'), once(server, 'error').then(([error]) => Promise.reject(error))]).catch(
    (error) => {
      throw new Failure(`port ${port} cannot be used: ${error.code}`);
    },
  );
  return {
    issuer: `http://localhost:${portOf(server)}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** @param {import('node:http').Server} server */
const portOf = (server) => /** @type {import('node:net').AddressInfo} */ (server.address()).port;

/**
 * @param {string} option
 * @param {string} text
 */
function whole(option, text) {
  if (!/^\d{1,9}$/.test(text)) throw new Failure(`${option} is "${text}", but a whole number is needed`, 2);
  return Number(text);
}
