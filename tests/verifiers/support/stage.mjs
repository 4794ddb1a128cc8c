// The stage of a verifier: a provider of users' tokens, the built Worker in each state of a key's replacement, and behind it
// the verifier's program.

import { generateKeyPairSync, sign } from 'node:crypto';
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader } from 'jose';
import { BASE, Client } from '../../support/client.mjs';
import { startGates } from '../../support/gate.mjs';
import { startProvider } from '../../support/idp.mjs';
import { makeKey } from '../../support/keys.mjs';
import { startOrigin } from '../../support/origin.mjs';
import { newParts } from '../../support/parts.mjs';
import { freeUrl } from '../../support/port.mjs';
import { relay } from '../../support/relay.mjs';
import { input, post } from '../../support/requests.mjs';
import { mint } from '../../support/token.mjs';
import { usualVars } from '../../support/world.mjs';
import { startFront } from './front.mjs';
import { startProgram } from './program.mjs';

const RUN = post('/agent/a/run', input());

/**
 * Sets the stage. `program` says how the verifier is started, given `{port, gateUrl, originUrl, keysUrl, upstream, pems}`, where `upstream`
 * is an origin that repeats its user, for what is a proxy itself, and `pems`
 * are the public keys as files.
 */
export async function setStage({ program }) {
  const { keep, close } = newParts();
  try {
    const idp = await keep(startProvider(makeKey()), (provider) => provider.down());
    const upstream = await keep(startOrigin(), (origin) => origin.down());
    const url = await freeUrl();
    const [old, next] = [await makeAssertionKey(), await makeAssertionKey()];
    /** As docs/origin.md has it: published first, then used, then the old one removed. */
    const states = { before: [old], published: [old, next], used: [next, old], after: [next] };
    const vars = usualVars({ idp, origin: { url } });
    const settings = Object.values(states).map((keys) => ({ ...vars, ASSERTION_KEY: secretOf(keys) }));
    const sampled = { ...usualVars({ idp, origin: upstream }), ASSERTION_KEY: secretOf([old]) };
    const started = await keep(startGates([...settings, sampled].map((vars) => ({ vars }))), ([gate]) =>
      gate.dispose(),
    );
    const sample = await sampleOf(started.at(-1), upstream, idp);
    upstream.answers(repeatUser);
    const front = await keep(startFront());
    let signing;
    /** Goes on to another state of the key's replacement. */
    const enter = (name) => {
      front.leadTo(started[Object.keys(states).indexOf(name)]);
      [signing] = states[name];
    };
    enter('before');
    const [gateUrl, originUrl] = [front.url.origin + BASE, url + BASE];
    const pems = { 'old.pem': old.pem, 'next.pem': next.pem };
    const keysUrl = `${front.secureUrl.origin}${BASE}/.gate/jwks.json`;
    const { env, ...how } = program({ port: new URL(url).port, gateUrl, originUrl, keysUrl, upstream, pems });
    const own = { GATE_URL: gateUrl, ORIGIN_URL: originUrl, KEYS_URL: keysUrl, PORT: new URL(url).port };
    const trusting = { NODE_EXTRA_CA_CERTS: front.certificate };
    const running = await keep(startProgram({ ...how, env: { ...own, ...trusting, ...env } }));

    const [gate, behind] = [new Client(front.url), new Client(new URL(url))];
    /** A request of a user through the gate, which the gate asserts. */
    const pass = (claims = {}) => gate.send({ ...RUN, token: idp.token({ sub: 'alice', ...claims }) });
    /** A request that reaches the program around the gate, with these header fields. */
    const reach = (headers) => behind.send({ ...RUN, headers: [...RUN.headers, ...headers] });
    /** An assertion as the gate makes it, signed by the test; `claims` that are undefined are left out. */
    const assertion = (claims = {}) =>
      mint(
        signing,
        { ...sample.claims, iss: gateUrl, aud: originUrl, ...claims },
        { ...sample.header, kid: signing.kid },
      );
    return { idp, gateUrl, originUrl, enter, pass, reach, assertion, running, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The answer of an origin that believes whoever asks it. */
function repeatUser(exchange) {
  exchange.request.resume();
  const body = JSON.stringify({ sub: exchange.headers['x-user-id'] });
  exchange.reply(200, { 'content-type': 'application/json' }, body);
}

/** A key for assertions, under the name that the gate gives it. */
async function makeAssertionKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }));
  const how = { key: privateKey, dsaEncoding: /** @type {const} */ ('ieee-p1363') };
  const signature = (text) => sign('sha256', Buffer.from(text), how);
  return {
    alg: 'ES256',
    kid,
    sign: signature,
    pem: publicKey.export({ format: 'pem', type: 'spki' }),
    secret: privateKey.export({ format: 'jwk' }),
  };
}

const secretOf = (keys) => JSON.stringify({ keys: keys.map(({ secret }) => secret) });

/** Header and claims of a real assertion. */
async function sampleOf(gate, origin, idp) {
  const { received } = await relay(gate, origin, { ...RUN, token: idp.token({ sub: 'alice' }) });
  const text = received[0].headers['x-gate-assertion'];
  return { header: decodeProtectedHeader(text), claims: decodeJwt(text) };
}
