// ASSERTION_KEY: what the origin can verify of a request without trusting anything else in it.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { calculateJwkThumbprint, createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { BASE } from '../support/client.mjs';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { now } from '../support/token.mjs';
import { usualVars } from '../support/world.mjs';
import { assertNotLogged, assertRefused, withoutOrigin } from './support/expect.mjs';

const THREAD_KEY = Buffer.alloc(32, 7).toString('base64url');
const IDENTITY = { 'x-user-id': 'sub', 'x-groups': 'realm.groups' };
const jwk = (pair) => pair.privateKey.export({ format: 'jwk' });
const EC = jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const ED = jwk(generateKeyPairSync('ed25519'));
const NEXT = jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const publicOf = ({ d: _, ...rest }) => rest;

/** Name → settings. A key may be a text or a table, and a set while rotating. */
const GATES = {
  es256: { ASSERTION_KEY: JSON.stringify(EC) },
  ed25519: { ASSERTION_KEY: JSON.stringify({ ...ED, kid: 'named', use: 'sig', alg: 'EdDSA' }) },
  table: { ASSERTION_KEY: EC },
  rotating: { ASSERTION_KEY: JSON.stringify({ keys: [EC, publicOf(NEXT), ED] }) },
  sealed: { ASSERTION_KEY: JSON.stringify(EC), THREAD_KEY },
  single: { ASSERTION_KEY: JSON.stringify(EC), ORIGIN_MODE: 'single-route' },
  mapped: { ASSERTION_KEY: JSON.stringify(EC), IDENTITY },
  anonymous: { ASSERTION_KEY: JSON.stringify(EC), ANONYMOUS: true },
  none: {},
};

let idp, origin, gates;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = usualVars({ idp, origin });
  const started = await startGates(Object.values(GATES).map((more) => ({ vars: { ...vars, ...more } })));
  gates = Object.fromEntries(Object.keys(GATES).map((name, index) => [name, started[index]]));
});
after(() => gates?.none.dispose());

const RUN = post('/agent/a/run', input());
const jwks = async (name) => (await gates[name].send({ path: '/.gate/jwks.json' })).json;

/** What the origin hears of a request that passes, with the assertion verified by the gate's published keys. */
async function asserted(name, request = RUN, claims = {}) {
  const token = name === 'anonymous' ? {} : { token: idp.token(claims) };
  const { answer, received } = await relay(gates[name], origin, { ...request, ...token });
  assert.equal(answer.status, 200, answer.text);
  const jwt = received[0].headers['x-gate-assertion'];
  const audience = origin.url + BASE;
  const issuer = `http://${gates[name].url.host}${BASE}`;
  const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(await jwks(name)), { audience, issuer });
  return { exchange: received[0], payload, header: protectedHeader };
}

describe('the signature', () => {
  const rows = [
    ['es256', 'ES256', EC],
    ['ed25519', 'EdDSA', ED],
    ['table', 'ES256', EC],
    ['rotating', 'ES256', EC],
  ];
  for (const [name, alg, key] of rows) {
    it(`[${name}] holds, by ${alg}; kid is the RFC 7638 thumbprint`, async () => {
      const { header } = await asserted(name);
      assert.equal(header.alg, alg);
      assert.equal(header.kid, await calculateJwkThumbprint(publicOf(key)));
    });
  }

  it('does not hold by another key', async () => {
    const { exchange } = await asserted('es256');
    const others = createLocalJWKSet(await jwks('ed25519'));
    await assert.rejects(jwtVerify(exchange.headers['x-gate-assertion'], others));
  });
});

describe('the claims', () => {
  it('bind the request, the caller and the time', async () => {
    const start = now();
    const { exchange, payload } = await asserted('es256', RUN, {
      role: 'editor',
      permissions: ['read', 'write'],
      email: 'x@example.com',
    });
    const { iat, exp, jti, ...rest } = payload;
    assert.deepEqual(rest, {
      iss: `http://${gates.es256.url.host}${BASE}`,
      aud: origin.url + BASE,
      sub: 'user-1',
      src_iss: idp.issuer,
      operation: 'agent/run',
      agent: 'a',
      thread: 't-1',
      htm: 'POST',
      htu: `${origin.url}${BASE}/agent/a/run`,
      req: exchange.headers['x-request-id'],
      role: 'editor',
      permissions: ['read', 'write'],
    });
    assert.equal(exp - iat, 60);
    assert.ok(iat >= start - 11 && iat <= now() - 9, 'ten seconds before the signing');
    assert.ok(typeof jti === 'string' && jti.length > 0);
  });

  it('hold no jti twice', async () => {
    const ids = new Set();
    for (let i = 0; i < 20; i++) ids.add((await asserted('es256')).payload.jti);
    assert.equal(ids.size, 20);
  });

  it('are those of the operation', async () => {
    const rows = [
      [
        { path: '/info?x=1' },
        { operation: 'info', htm: 'GET', htu: `${origin.url}${BASE}/info`, agent: undefined, thread: undefined },
      ],
      [
        { method: 'POST', path: '/agent/Zo%C3%AB/stop/t-9' },
        { operation: 'agent/stop', agent: 'Zoë', thread: 't-9', htm: 'POST' },
      ],
      [envelope({ method: 'info' }), { operation: 'info', htm: 'GET', htu: `${origin.url}${BASE}/info` }],
      [
        { path: '/memories?includeInvalidated=true' },
        { operation: 'memories/list', htu: `${origin.url}${BASE}/memories` },
      ],
    ];
    for (const [request, expected] of rows) {
      const { payload } = await asserted('es256', request);
      for (const [name, value] of Object.entries(expected)) assert.equal(payload[name], value, name);
    }
  });

  it('name method and URL as a single-route origin sees them', async () => {
    const { payload, exchange } = await asserted('single');
    assert.deepEqual(
      [payload.htm, payload.htu, payload.operation, payload.agent],
      ['POST', origin.url + BASE, 'agent/run', 'a'],
    );
    assert.equal(exchange.method, 'POST');
  });

  it('name the thread as the origin sees it', async () => {
    const { payload, exchange } = await asserted('sealed');
    assert.notEqual(payload.thread, 't-1');
    assert.equal(payload.thread, JSON.parse(exchange.text).threadId);
  });

  it('hold the claims of IDENTITY and no others', async () => {
    const { payload } = await asserted('mapped', RUN, { realm: { groups: ['a'], other: 'x' }, role: 'admin' });
    assert.deepEqual(payload.groups, ['a']);
    assert.deepEqual([payload.role, payload.realm, payload.other], [undefined, undefined, undefined]);
  });

  it('call a caller without a credential anonymous', async () => {
    const { payload } = await asserted('anonymous');
    assert.deepEqual([payload.sub, payload.src_iss], ['anonymous', undefined]);
  });

  it('do not outlive the minute where the token does', async () => {
    const { payload } = await asserted('es256', RUN, { exp: now() + 86_400 });
    assert.ok(payload.exp <= now() + 60);
  });
});

describe('x-gate-assertion of the client', () => {
  for (const name of ['x-gate-assertion', 'X-Gate-Assertion', 'x_gate_assertion']) {
    it(`${name} never goes on`, async () => {
      const forged = { ...RUN, headers: [...RUN.headers, [name, 'forged']] };
      const { exchange } = await asserted('es256', forged);
      assert.ok(!JSON.stringify(exchange.pairs).includes('forged'));
      const { received } = await relay(gates.none, origin, { ...forged, token: idp.token() });
      assert.ok(!JSON.stringify(received[0].pairs).includes('forged'));
      assert.equal(received[0].headers['x-gate-assertion'], undefined);
    });
  }
});

describe('.gate/jwks.json', () => {
  it('is public, and holds public members alone', async () => {
    const answer = await withoutOrigin(origin, () => gates.es256.send({ path: '/.gate/jwks.json' }));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.equal(answer.headers['cache-control'], 'public, max-age=60');
    const kid = await calculateJwkThumbprint(publicOf(EC));
    assert.deepEqual(answer.json, { keys: [{ ...publicOf(EC), kid, alg: 'ES256', use: 'sig' }] });
  });

  it('holds every key while rotating, and the private part of none', async () => {
    const { keys } = await jwks('rotating');
    const kids = await Promise.all([EC, NEXT, ED].map((key) => calculateJwkThumbprint(publicOf(key))));
    assert.deepEqual(
      keys.map(({ kid }) => kid),
      kids,
    );
    for (const key of keys) assert.equal(key.d, undefined);
  });

  it('is not there without a key: 404, without a token 401', async () => {
    const request = { path: '/.gate/jwks.json' };
    assertRefused(await withoutOrigin(origin, () => gates.none.send({ ...request, token: idp.token() })), 404);
    assertRefused(await withoutOrigin(origin, () => gates.none.send(request)), 401, 'missing_token');
  });
});

describe('.well-known/openid-configuration', () => {
  const request = { path: '/.well-known/openid-configuration' };

  it('leads verifiers to the keys and their algorithms', async () => {
    const gate = gates.rotating;
    const answer = await withoutOrigin(origin, () => gate.send(request));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/json');
    const issuer = `http://${gate.url.host}${BASE}`;
    const { issuer: named, jwks_uri, id_token_signing_alg_values_supported: algorithms } = answer.json;
    assert.deepEqual([named, jwks_uri], [issuer, `${issuer}/.gate/jwks.json`]);
    assert.deepEqual(algorithms, ['ES256', 'EdDSA']);
  });

  it('is not there without a key: 404, without a token 401', async () => {
    assertRefused(await withoutOrigin(origin, () => gates.none.send({ ...request, token: idp.token() })), 404);
    assertRefused(await withoutOrigin(origin, () => gates.none.send(request)), 401, 'missing_token');
  });
});

describe('a signature is made for what is allowed alone', () => {
  it('nothing that is refused carries one', async () => {
    const answer = await withoutOrigin(origin, () => gates.es256.send({ path: '/threads', token: idp.token() }));
    assertRefused(answer, 403);
    assert.equal(answer.headers['x-gate-assertion'], undefined);
  });

  it('no answer shows it to the client', async () => {
    const { answer } = await relay(gates.es256, origin, { ...RUN, token: idp.token() });
    assert.equal(answer.headers['x-gate-assertion'], undefined);
  });
});

describe('the log', () => {
  it('holds neither keys nor assertions', async () => {
    const { exchange } = await asserted('es256');
    const jwt = exchange.headers['x-gate-assertion'];
    assert.ok(decodeProtectedHeader(jwt) && decodeJwt(jwt));
    assertNotLogged(gates.none.log, [EC.d, ED.d, jwt.split('.')[2]]);
  });
});
