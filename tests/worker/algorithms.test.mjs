// Real signatures of every algorithm, in the WebCrypto of workerd; and which key may verify what.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { BASE } from '../support/client.mjs';
import { startGate } from '../support/gate.mjs';
import { AUDIENCE, startProvider } from '../support/idp.mjs';
import { hmac, makeKey, makeSecret } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { mint, now } from '../support/token.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const SYMMETRIC = ['HS256', 'HS384', 'HS512'];
const SHARED_ISSUER = 'https://shared.example';

const keys = Object.fromEntries(ASYMMETRIC.map((alg) => [alg, makeKey(alg)]));
const secret = makeSecret('HS256', randomBytes(64));
/** Keys of the set that may verify nothing, or not this: each is named for what is wrong with it. */
const unfit = [
  makeKey('ES256', { kid: 'for encryption', use: 'enc' }),
  makeKey('ES256', { kid: 'key_ops without verify', use: undefined, key_ops: ['sign'] }),
  makeKey('RS256', { kid: 'for another algorithm', alg: 'RS512' }),
  makeKey('RS256', { kid: 'RSA of 1024 bits', bits: 1024 }),
  makeKey('ES384', { kid: "another curve's algorithm", alg: 'ES256' }),
];

/** RFC 9864 gives the one curve of EdDSA that is in use a name of its own. */
const named = { older: makeKey('EdDSA'), newer: makeKey('EdDSA', { alg: 'Ed25519' }) };

let idp, twin, attacker, older, newer, origin, gate;
before(async () => {
  idp = await startProvider(...Object.values(keys), ...unfit);
  twin = await startProvider(makeKey('ES256', { kid: 'ES256-key' }));
  attacker = await startProvider(makeKey('ES256', { kid: 'ES256-key' }));
  older = await startProvider(named.older);
  newer = await startProvider(named.newer);
  origin = await startOrigin();
  const shared = { issuer: SHARED_ISSUER, audience: AUDIENCE, secret: 'SHARED_KEY' };
  const narrow = {
    issuer: 'https://narrow.example',
    audience: AUDIENCE,
    jwks_uri: `${idp.issuer}/keys`,
    algorithms: ['PS256'],
  };
  gate = await startGate({
    vars: {
      ORIGIN_URL: origin.url + BASE,
      ISSUERS: [
        idp.trusted(),
        twin.trusted(),
        older.trusted({ algorithms: ['Ed25519'] }),
        newer.trusted({ algorithms: ['EdDSA'] }),
        shared,
        narrow,
      ],
      SHARED_KEY: secret.text,
    },
  });
});
after(() => gate?.dispose());

const send = (token) => gate.send({ path: '/info', token });

async function assertPasses(token) {
  const answer = await send(token);
  assert.equal(answer.status, 200, answer.text);
}

async function assertInvalid(token) {
  assertRefused(await withoutOrigin(origin, () => send(token)), 401, 'invalid_token');
}

describe('a token of each algorithm', () => {
  for (const alg of ASYMMETRIC) {
    it(`${alg} passes, and not with one bit of the signature changed`, async () => {
      const token = idp.token({}, {}, keys[alg]);
      await assertPasses(token);
      await assertInvalid(tampered(token));
    });
  }

  for (const alg of SYMMETRIC) {
    it(`${alg} passes by a shared secret, and not with one bit changed`, async () => {
      const token = mint(secret, claims(SHARED_ISSUER), { alg }, alg);
      await assertPasses(token);
      await assertInvalid(tampered(token));
    });
  }

  for (const alg of ['EdDSA', 'Ed25519']) {
    it(`${alg} is the same by either name, of the key, the token and the setting`, async () => {
      for (const provider of [older, newer]) {
        const token = provider.token({}, { alg });
        await assertPasses(token);
        await assertInvalid(tampered(token));
      }
    });
  }

  function tampered(token) {
    const [head, payload, signature] = token.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    bytes[bytes.length >> 1] ^= 1;
    return `${head}.${payload}.${bytes.toString('base64url')}`;
  }
});

describe('a confused algorithm', () => {
  const rows = [
    [
      'HS256 keyed with the PEM of the public key',
      () => confused(keys.RS256.publicKey.export({ type: 'spki', format: 'pem' })),
    ],
    [
      'HS256 keyed with the DER of the public key',
      () => confused(keys.RS256.publicKey.export({ type: 'spki', format: 'der' })),
    ],
    ["HS256 keyed with the JWK's text", () => confused(JSON.stringify(keys.RS256.jwk))],
    ['HS256 keyed with the modulus', () => confused(Buffer.from(keys.RS256.jwk.n, 'base64url'))],
    ['HS256 keyed with nothing', () => confused('')],
    ['the shared secret at an issuer with public keys', () => mint(secret, idp.claims(), { kid: 'RS256-key' })],
    ['a public key at the issuer with a secret', () => idp.token({ iss: SHARED_ISSUER })],
    ['RS256 declared, PS256 signed', () => mint(keys.RS256, idp.claims(), {}, 'PS256')],
    ['PS256 declared, RS256 signed', () => mint(keys.RS256, idp.claims(), { alg: 'PS256' }, 'RS256')],
    ['RS512 by a key for RS256', () => mint(keys.RS256, idp.claims(), { alg: 'RS512' }, 'RS512')],
    ['ES256 in the kid of an EdDSA key', () => mint(keys.ES256, idp.claims(), { kid: 'EdDSA-key' })],
    ['EdDSA in the kid of an ES256 key', () => mint(keys.EdDSA, idp.claims(), { kid: 'ES256-key' })],
    [
      "an algorithm that is not on the issuer's own list",
      () => idp.token({ iss: 'https://narrow.example' }, {}, keys.RS256),
    ],
  ];
  for (const [name, make] of rows) it(name, async () => assertInvalid(make()));

  it("while the algorithm on that issuer's list passes", async () => {
    await assertPasses(idp.token({ iss: 'https://narrow.example' }, {}, keys.PS256));
  });

  function confused(bytes) {
    const pretended = { alg: 'HS256', kid: 'RS256-key', sign: (input) => hmac('HS256', bytes, input) };
    return mint(pretended, idp.claims());
  }
});

describe('a key that is not fit', () => {
  for (const key of unfit) {
    it(key.kid, async () => assertInvalid(idp.token({}, {}, key)));
  }
});

describe('two issuers with the same kid', () => {
  it('each has its own key', async () => {
    await assertPasses(idp.token({}, {}, keys.ES256));
    await assertPasses(twin.token());
  });

  it('and neither vouches for the other', async () => {
    await assertInvalid(idp.token({}, {}, twin.keys[0]));
    await assertInvalid(twin.token({}, {}, keys.ES256));
  });
});

describe('a key that the token itself offers is never asked for', () => {
  const offers = [
    ['jku', () => ({ jku: `${attacker.issuer}/keys` })],
    ['x5u', () => ({ x5u: `${attacker.issuer}/chain` })],
    ['jwk', () => ({ jwk: attacker.keys[0].jwk })],
    ['x5c', () => ({ x5c: [Buffer.from('certificate').toString('base64')] })],
    ['a kid that is an address', () => ({ kid: `${attacker.issuer}/keys` })],
  ];
  for (const [name, offer] of offers) {
    it(name, async () => {
      await assertInvalid(mint(attacker.keys[0], idp.claims(), offer()));
      assert.deepEqual(attacker.fetches, { discovery: 0, keys: 0 });
    });
  }

  it('nor when the token is good otherwise', async () => {
    await send(idp.token({}, { jku: `${attacker.issuer}/keys` }, keys.ES256));
    assert.deepEqual(attacker.fetches, { discovery: 0, keys: 0 });
  });
});

function claims(issuer) {
  const at = now();
  return { iss: issuer, aud: AUDIENCE, sub: 'user-1', iat: at, exp: at + 300 };
}
