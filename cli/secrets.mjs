// @ts-check
// `copilotkit-gate secrets`: which secrets an environment needs, making them, and rotating them. A value goes from here to
// wrangler's standard input and nowhere else.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { Failure, reasonOf } from './failure.mjs';
import { readOptions } from './options.mjs';
import { PROJECT_OPTIONS, readProject, wranglerBin } from './project.mjs';
import { SECRETS, newSigningKey, purposeOf, secretOf } from './secret-kinds.mjs';
import { readSecretly } from './stdin.mjs';

/** @typedef {{config?: string, env?: string, published?: string, also?: string}} Values */
/** @typedef {'THREAD_KEY' | 'ASSERTION_KEY'} Name the secrets that can be generated */
/**
 * Where a secret goes.
 *
 * @typedef {{name: Name, env: string | undefined, label: string, path: string, also: string | undefined}} Target
 */
/**
 * A public key as the gate publishes it.
 *
 * @typedef {{kty: keyof typeof MEMBERS} & Record<string, string>} PublicKey
 */

export const help = `Usage: copilotkit-gate secrets [list|generate NAME|rotate NAME] [OPTION...]

  list                     lists the secrets of each environment, with their purpose
  generate THREAD_KEY      generates a key and pipes it to \`wrangler secret put\`, without showing it or writing it to disk
  generate ASSERTION_KEY   the same for the key that signs assertions
  rotate ASSERTION_KEY     a new key signs, the old public keys remain published; needs --published
  rotate THREAD_KEY        a new key seals, the old keys are still recognised; reads the old value from standard input,
                           because a secret cannot be read back from Cloudflare

  --env NAME               the environment (the top level; list: all)
  --config FILE            another configuration
  --published URL|FILE     the JWK Set that the gate publishes: <base URL>/.gate/jwks.json,
                           with https unless on loopback
  --also COMMAND           also pipes the value to this command, for example a password manager's

Examples:
  copilotkit-gate secrets --env production
  copilotkit-gate secrets generate THREAD_KEY --env production --also 'pass insert -m gate/thread-key'
  copilotkit-gate secrets rotate ASSERTION_KEY --env production --published https://app.example.com/api/copilotkit/.gate/jwks.json
  pass gate/thread-key | copilotkit-gate secrets rotate THREAD_KEY --env production`;

/** @satisfies {import('node:util').ParseArgsOptionsConfig} */
const OPTIONS = { ...PROJECT_OPTIONS, published: { type: 'string' }, also: { type: 'string' } };

/** @param {string[]} args */
export async function run(args) {
  const { values, positionals } = readOptions({ args, options: OPTIONS, allowPositionals: true });
  const [action = 'list', name, ...rest] = positionals;
  if (rest.length > 0) throw new Failure('too many arguments: see secrets --help', 2);
  if (action === 'list') return list(values);
  if (action === 'generate') return generate(name, values);
  if (action === 'rotate') return rotate(name, values);
  throw new Failure(`secrets ${action} does not exist: list, generate or rotate`, 2);
}

/** @param {Values} values */
async function list(values) {
  const { environments } = await readProject(values);
  for (const { label, required, local, missing, isDeployed } of environments) {
    console.log(styleText('bold', label));
    const names = [...new Set([...required, ...missing, ...Object.keys(SECRETS)])];
    for (const secret of names) {
      const isNeeded = required.includes(secret) || missing.includes(secret);
      const state = [
        isNeeded ? 'needed' : 'optional',
        ...(isNeeded && !required.includes(secret) ? ['not in secrets.required'] : []),
        ...(isDeployed ? [] : [Object.hasOwn(local, secret) ? 'set here' : 'not set here']),
      ];
      console.log(`  ${secret.padEnd(15)} ${purposeOf(secret)} (${state.join(', ')})`);
      const known = secretOf(secret);
      if (!isNeeded && known) console.log(`  ${''.padEnd(15)} without it, ${known.without}`);
    }
  }
}

/**
 * @param {string | undefined} name
 * @param {Values} values
 */
async function generate(name, values) {
  const target = await targetOf(name, values);
  await hand(target, SECRETS[target.name].make());
  console.log(`✓ ${target.name} is set for ${target.label}: ${purposeOf(target.name)}`);
  if (target.name === 'THREAD_KEY' && !values.also) {
    console.log('  It cannot be read back: to rotate it later, keep a copy with --also.');
  }
}

/**
 * @param {string | undefined} name
 * @param {Values} values
 */
async function rotate(name, values) {
  const target = await targetOf(name, values);
  if (name === 'ASSERTION_KEY') {
    const published = await publishedKeys(values.published);
    const signing = newSigningKey();
    console.log('These keys will be published, by RFC 7638 thumbprint:');
    console.log(`  ${thumbprint(/** @type {PublicKey} */ (signing))}  new, signs`);
    for (const key of published) console.log(`  ${thumbprint(key)}  stays published`);
    await hand(target, JSON.stringify({ keys: [signing, ...published] }));
    console.log(`✓ ${target.label} signs with a new key; ${published.length} old public key(s) stay published.
  An assertion lives for 60 seconds. The old keys may go once this version serves everywhere and upstreams have fetched
  the new set: a quarter of an hour is enough. To remove them, run \`secrets generate ASSERTION_KEY\` or rotate again later.`);
    return;
  }
  const old = threadKeys(await readSecretly('Present THREAD_KEY: '));
  await hand(target, JSON.stringify([SECRETS.THREAD_KEY.make(), ...old]));
  console.log(`✓ ${target.label} seals with a new key and still recognises ids of ${old.length} older one(s).
  Once an old key is removed, users lose the threads that it sealed.`);
}

/**
 * @param {string | undefined} name
 * @returns {name is Name}
 */
const isGenerated = (name) => name !== undefined && secretOf(name)?.make !== undefined;

/**
 * @param {string | undefined} name
 * @param {Values} values
 */
async function targetOf(name, values) {
  const known = Object.keys(SECRETS).filter((each) => secretOf(each)?.make);
  if (!isGenerated(name)) throw new Failure(`name the secret: ${known.join(' or ')}`, 2);
  const { path, environments } = await readProject({ ...values, env: values.env ?? '' });
  const [{ name: env, label, isDeployed }] = environments;
  if (!isDeployed)
    throw new Failure('the top level is for development: its secrets are in .dev.vars. Name an --env', 2);
  return { name, env, label, path, also: values.also };
}

/**
 * Puts the value where it belongs: into wrangler's standard input, and into that of the person's own command.
 *
 * @param {Target} target
 * @param {string} value
 */
async function hand({ name, env, path, also }, value) {
  const args = [wranglerBin(), 'secret', 'put', name, '--config', path, ...(env === undefined ? [] : ['--env', env])];
  // First the copy: a key that is in use and nowhere else could not be rotated.
  if (also) await pipe(also, [], value, { shell: true });
  await pipe(process.execPath, args, value);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} value
 * @param {{shell?: boolean}} [options]
 */
async function pipe(command, args, value, options = {}) {
  // Without a terminal, wrangler asks no questions and uses its own defaults.
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'pipe'], ...options });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => (complaint += chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(value);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  const what = options.shell ? command : 'wrangler secret put';
  throw new Failure(`${what} ended with code ${code}:\n${complaint.replaceAll(value, '<the secret>').trim()}`);
}

/**
 * The public members of the keys that the gate publishes.
 *
 * @param {string | undefined} from
 * @returns {Promise<PublicKey[]>}
 */
async function publishedKeys(from) {
  if (!from) throw new Failure('--published is missing: the current JWK Set, <base URL>/.gate/jwks.json or a file', 2);
  const keys = (await document(from))?.keys;
  if (!Array.isArray(keys) || keys.length === 0) throw new Failure(`${from} is not a JWK Set with keys`, 2);
  return keys.map((key, index) => {
    const names = Object.hasOwn(MEMBERS, key?.kty) ? MEMBERS[/** @type {PublicKey} */ (key).kty] : undefined;
    if (!names?.every((name) => typeof key[name] === 'string')) {
      throw new Failure(`${from}: keys[${index}] is not a public key that the gate could have published: EC or OKP`, 2);
    }
    return /** @type {PublicKey} */ (Object.fromEntries(names.map((name) => [name, key[name]])));
  });
}

/** The required members of each type of key, in the order in which a thumbprint has them (RFC 7638 section 3.2, RFC 8037). */
const MEMBERS = { EC: ['crv', 'kty', 'x', 'y'], OKP: ['crv', 'kty', 'x'] };

/**
 * The thumbprint of a public key (RFC 7638), which is its `kid` where the gate publishes it.
 *
 * @param {PublicKey} key
 */
function thumbprint(key) {
  const members = MEMBERS[key.kty].map((name) => [name, key[name]]);
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(members)))
    .digest('base64url');
}

/** @param {string} from */
async function document(from) {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(from) ? URL.parse(from) : undefined;
  if (url === null || (url && !isSecure(url))) {
    throw new Failure(
      `--published is ${from}: whoever is on the way could add a key. Use https, or http on loopback`,
      2,
    );
  }
  try {
    if (!url) return JSON.parse(readFileSync(from, 'utf8'));
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.json();
  } catch (error) {
    throw new Failure(`${from} cannot be read: ${reasonOf(error)}`, 2);
  }
}

/**
 * Whether nobody on the way can change what this address answers.
 *
 * @param {URL} url
 */
const isSecure = ({ protocol, hostname }) =>
  protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));

/**
 * @param {string} text
 * @returns {string[]}
 */
function threadKeys(text) {
  const value = text.trim();
  let keys = [value];
  if (value.startsWith('[')) {
    try {
      keys = JSON.parse(value);
    } catch {
      keys = [];
    }
  }
  /** @param {unknown} key */
  const isKey = (key) => typeof key === 'string' && /^[\w-]{43,}$/.test(key);
  if (keys.length > 0 && keys.every(isKey)) return keys;
  throw new Failure('that is not a THREAD_KEY: base64url of at least 32 bytes, or a JSON list of such keys', 2);
}
