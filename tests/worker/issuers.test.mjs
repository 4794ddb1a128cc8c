// What an entry of ISSUERS may demand of its tokens: each setting with what passes and what must not.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { AUDIENCE, startProvider } from '../support/idp.mjs';
import { makeKey, makeSecret } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { mint, now, part } from '../support/token.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

const SECRET = randomBytes(64);
const SHORT = randomBytes(32);
const SHARED = 'https://shared.example';
/** OpenID Connect Back-Channel Logout 1.0, section 2.4. */
const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout';

let idp, origin, gates;
/** Name → the one issuer that the gate trusts. */
const ENTRIES = {
  plain: () => idp.trusted(),
  tenants: () => ({ ...template(), tenants: ['t-1', 't-2'] }),
  parties: () => idp.trusted({ authorized_parties: ['web', 'mobile'] }),
  age: () => idp.trusted({ max_age: 600, leeway: 0 }),
  typ: () => idp.trusted({ typ: ['at+jwt'] }),
  pinned: () => idp.trusted({ claims: { token_use: 'access', 'org.id': ['a', 'b'] } }),
  // As for Clerk's session tokens or Cognito's access tokens, which have no `aud`.
  unaddressed: () => idp.trusted({ audience: undefined, authorized_parties: ['web'] }),
  claims: () => idp.trusted({ required_claims: ['jti', 'email'] }),
  audiences: () => idp.trusted({ audience: ['one', 'two'] }),
  strict: () => idp.trusted({ leeway: 0 }),
  lenient: () => idp.trusted({ leeway: 120 }),
  secret: () => ({ issuer: SHARED, audience: AUDIENCE, secret: 'HMAC' }),
  short: () => ({ issuer: SHARED, audience: AUDIENCE, secret: 'HMAC_SHORT' }),
  hs384: () => ({ issuer: SHARED, audience: AUDIENCE, secret: 'HMAC', algorithms: ['HS384'] }),
};
const template = () => ({
  issuer: `${idp.issuer}/{tenantid}/v2.0`,
  jwks_uri: `${idp.issuer}/keys`,
  audience: AUDIENCE,
});
const iss = (tenant) => `${idp.issuer}/${tenant}/v2.0`;

before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const secrets = { HMAC: SECRET.toString('base64url'), HMAC_SHORT: SHORT.toString('base64url') };
  const vars = { ...usualVars({ idp, origin }), ...secrets };
  const started = await startGates(Object.values(ENTRIES).map((make) => ({ vars: { ...vars, ISSUERS: [make()] } })));
  gates = Object.fromEntries(Object.keys(ENTRIES).map((name, index) => [name, started[index]]));
});
after(() => gates?.plain.dispose());

const hmac = (alg, claims = {}, bytes = SECRET) =>
  mint(makeSecret(alg, bytes), { iss: SHARED, aud: AUDIENCE, sub: 'user-1', iat: now(), exp: now() + 300, ...claims });

const PASS = undefined;
const TOKEN = 'invalid_token';
const CLAIMS = 'claims_rejected';
const AUD = 'wrong_audience';
const ISSUER = ['wrong_issuer', TOKEN];

/** Gate, name, token, and the code of the refusal. */
const ROWS = [
  ['tenants', 'a listed tenant', () => idp.token({ iss: iss('t-1') }), PASS],
  ['tenants', 'another listed tenant', () => idp.token({ iss: iss('t-2'), tid: 't-2' }), PASS],
  ['tenants', 'a tenant that is not listed', () => idp.token({ iss: iss('t-3') }), 'wrong_issuer'],
  [
    'tenants',
    'a tenant that is not listed, with a tid that is',
    () => idp.token({ iss: iss('t-3'), tid: 't-1' }),
    'wrong_issuer',
  ],
  ['tenants', 'a listed tenant, with another tid', () => idp.token({ iss: iss('t-1'), tid: 't-2' }), 'wrong_issuer'],
  [
    'tenants',
    'a listed tenant, with a tid of the wrong type',
    () => idp.token({ iss: iss('t-1'), tid: ['t-1'] }),
    [...ISSUER, CLAIMS],
  ],
  ['tenants', 'a tenant in other case', () => idp.token({ iss: iss('T-1') }), 'wrong_issuer'],
  ['tenants', 'the placeholder itself', () => idp.token({ iss: iss('{tenantid}') }), ISSUER],
  ['tenants', 'no tenant', () => idp.token({ iss: iss('') }), ISSUER],
  ['tenants', 'a tenant that holds a path', () => idp.token({ iss: iss('t-3/t-1') }), ISSUER],
  ['tenants', 'an issuer that goes on behind', () => idp.token({ iss: `${iss('t-1')}/x` }), ISSUER],
  [
    'tenants',
    'an issuer with another host in front',
    () => idp.token({ iss: `https://evil.example/${iss('t-1')}` }),
    ISSUER,
  ],
  ['tenants', 'the issuer without its template', () => idp.token(), ISSUER],

  ['parties', 'azp that is listed', () => idp.token({ azp: 'web' }), PASS],
  ['parties', 'client_id that is listed', () => idp.token({ client_id: 'mobile' }), PASS],
  ['parties', 'both', () => idp.token({ azp: 'web', client_id: 'web' }), PASS],
  ['parties', 'neither', () => idp.token(), CLAIMS],
  ['parties', 'another azp', () => idp.token({ azp: 'other' }), CLAIMS],
  ['parties', 'another client_id', () => idp.token({ client_id: 'other' }), CLAIMS],
  ['parties', 'azp in other case', () => idp.token({ azp: 'Web' }), CLAIMS],
  ['parties', 'azp listed, client_id not', () => idp.token({ azp: 'web', client_id: 'other' }), CLAIMS],
  ['parties', 'azp in a list', () => idp.token({ azp: ['web'] }), CLAIMS],
  ['parties', 'azp null', () => idp.token({ azp: null, client_id: 'web' }), CLAIMS],
  ['plain', 'any azp, where none is listed', () => idp.token({ azp: 'other' }), PASS],

  ['age', 'issued a moment ago', () => idp.token({ iat: now() - 60 }), PASS],
  ['age', 'issued too long ago', () => idp.token({ iat: now() - 700, exp: now() + 3600 }), ['token_expired', CLAIMS]],
  ['age', 'without iat', () => idp.token({ iat: undefined }), CLAIMS],
  ['age', 'iat of the wrong type', () => idp.token({ iat: String(now()) }), [CLAIMS, TOKEN]],
  ['plain', 'issued long ago, where no age is set', () => idp.token({ iat: now() - 86_400 }), PASS],
  ['plain', 'without iat, where no age is set', () => idp.token({ iat: undefined }), PASS],

  ['typ', 'at+jwt', () => idp.token({}, { typ: 'at+jwt' }), PASS],
  ['typ', 'application/at+jwt', () => idp.token({}, { typ: 'application/at+jwt' }), PASS],
  ['typ', 'AT+JWT', () => idp.token({}, { typ: 'AT+JWT' }), PASS],
  ['typ', 'JWT', () => idp.token({}, { typ: 'JWT' }), CLAIMS],
  ['typ', 'none', () => idp.token(), CLAIMS],
  ['typ', 'an empty one', () => idp.token({}, { typ: '' }), [CLAIMS, TOKEN]],
  ['typ', 'one of the wrong type', () => idp.token({}, { typ: ['at+jwt'] }), [CLAIMS, TOKEN]],
  ['plain', 'no typ, where none is set', () => idp.token(), PASS],
  ['plain', 'JWT, where none is set', () => idp.token({}, { typ: 'JWT' }), PASS],
  ['plain', 'application/AT+JWT, where none is set', () => idp.token({}, { typ: 'application/AT+JWT' }), PASS],
  ['plain', 'logout+jwt, where none is set', () => idp.token({}, { typ: 'logout+jwt' }), CLAIMS],
  ['plain', 'any other typ, where none is set', () => idp.token({}, { typ: 'whatever' }), CLAIMS],
  ['plain', 'bound to a key (DPoP)', () => idp.token({ cnf: { jkt: 'x' } }), CLAIMS],
  ['plain', 'bound to a certificate', () => idp.token({ cnf: { 'x5t#S256': 'x' } }), CLAIMS],
  ['plain', 'a logout token', () => idp.token({ events: { [LOGOUT]: {} } }), CLAIMS],
  ['pinned', 'the values that are pinned', () => idp.token({ token_use: 'access', org: { id: 'b' } }), PASS],
  ['pinned', 'one of several values', () => idp.token({ token_use: 'access', org: { id: ['x', 'a'] } }), PASS],
  ['pinned', 'an ID token', () => idp.token({ token_use: 'id', org: { id: 'a' } }), CLAIMS],
  ['pinned', 'another organisation', () => idp.token({ token_use: 'access', org: { id: 'c' } }), CLAIMS],
  ['pinned', 'nothing that is pinned', () => idp.token(), CLAIMS],
  ['unaddressed', 'a listed azp, no aud', () => idp.token({ aud: undefined, azp: 'web' }), PASS],
  ['unaddressed', 'a listed client_id, no aud', () => idp.token({ aud: undefined, client_id: 'web' }), PASS],
  ['unaddressed', 'a listed azp, whatever aud says', () => idp.token({ aud: 'another', azp: 'web' }), PASS],
  ['unaddressed', 'another azp', () => idp.token({ aud: undefined, azp: 'other' }), CLAIMS],
  ['unaddressed', 'a listed azp, another client_id', () => idp.token({ azp: 'web', client_id: 'other' }), CLAIMS],
  ['unaddressed', 'neither', () => idp.token({ aud: undefined }), CLAIMS],
  ['parties', 'a listed azp, no aud, where an audience is set', () => idp.token({ aud: undefined, azp: 'web' }), AUD],

  ['claims', 'all that are required', () => idp.token({ jti: '1', email: 'x@example.com' }), PASS],
  ['claims', 'one of them', () => idp.token({ jti: '1' }), CLAIMS],
  ['claims', 'one of them null', () => idp.token({ jti: '1', email: null }), CLAIMS],
  ['claims', 'none', () => idp.token(), CLAIMS],

  ['audiences', 'the one', () => idp.token({ aud: 'one' }), PASS],
  ['audiences', 'the other, among others', () => idp.token({ aud: ['x', 'two'] }), PASS],
  ['audiences', 'neither', () => idp.token({ aud: ['x', 'y'] }), 'wrong_audience'],
  ['audiences', 'both in one text', () => idp.token({ aud: 'one two' }), 'wrong_audience'],
  ['audiences', 'an empty list', () => idp.token({ aud: [] }), 'wrong_audience'],

  ['plain', 'expired within the usual leeway', () => idp.token({ exp: now() - 10 }), PASS],
  ['plain', 'expired outside it', () => idp.token({ exp: now() - 40 }), 'token_expired'],
  ['strict', 'expired a moment ago', () => idp.token({ exp: now() - 2 }), 'token_expired'],
  ['strict', 'valid in a moment', () => idp.token({ nbf: now() + 60 }), 'token_not_yet_valid'],
  ['lenient', 'expired a minute ago', () => idp.token({ exp: now() - 60 }), PASS],
  ['lenient', 'valid in a minute', () => idp.token({ nbf: now() + 60 }), PASS],
  ['lenient', 'valid in an hour', () => idp.token({ nbf: now() + 3600 }), 'token_not_yet_valid'],

  ['secret', 'HS256', () => hmac('HS256'), PASS],
  ['secret', 'HS384', () => hmac('HS384'), PASS],
  ['secret', 'HS512', () => hmac('HS512'), PASS],
  ['secret', 'another secret', () => hmac('HS256', {}, SHORT), TOKEN],
  ['secret', 'another audience', () => hmac('HS256', { aud: 'x' }), 'wrong_audience'],
  ['secret', 'expired', () => hmac('HS256', { exp: now() - 60 }), 'token_expired'],
  ['secret', 'a claim changed afterwards', () => changed(hmac('HS256')), TOKEN],
  ['secret', 'alg none', () => `${part({ alg: 'none' })}.${hmac('HS256').split('.')[1]}.`, TOKEN],
  ['secret', 'a public-key algorithm', () => idp.token({ iss: SHARED }), TOKEN],
  ['short', 'HS256 with 32 bytes', () => hmac('HS256', {}, SHORT), PASS],
  ['short', 'HS512 with 32 bytes', () => hmac('HS512', {}, SHORT), TOKEN],
  ['hs384', 'the listed algorithm', () => hmac('HS384'), PASS],
  ['hs384', 'another', () => hmac('HS256'), TOKEN],
  ['plain', 'HS256 with the public key for a secret', () => confused(), TOKEN],
];

/** The token with another payload and the old signature. */
function changed(token) {
  const [header, payload, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  return [header, part({ ...claims, sub: 'admin' }), signature].join('.');
}

/** A token signed with what everybody knows of the provider's key. */
function confused() {
  const [key] = idp.keys;
  const pem = key.publicKey.export({ type: 'spki', format: 'pem' });
  return mint({ ...makeSecret('HS256', Buffer.from(pem)), kid: key.kid }, idp.claims());
}

describe('an issuer', () => {
  for (const [name, what, make, code] of ROWS) {
    it(`[${name}] ${what}: ${code ? `401 ${[code].flat().join(' or ')}` : 'passes'}`, async () => {
      const request = { path: '/info', token: make() };
      if (code) return assertRefused(await withoutOrigin(origin, () => gates[name].send(request)), 401, code);
      const answer = await gates[name].send(request);
      assert.equal(answer.status, 200, answer.text);
    });
  }

  it('[secret] reads no key set', async () => {
    const before = { ...idp.fetches };
    assert.equal((await gates.secret.send({ path: '/info', token: hmac('HS256', { jti: 'new' }) })).status, 200);
    assert.deepEqual(idp.fetches, before);
  });
});
