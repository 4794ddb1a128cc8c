// Every credential that the gate turns away, and what the caller is told: one row each, nothing reaches the origin.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { makeKey } from '../support/keys.mjs';
import { mint, now, part, parts, withSpareBits } from '../support/token.mjs';
import { startWorld } from '../support/world.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

const HOUR = 3600;
/** Where the interface does not say which of two refusals a malformed claim is. */
const SHAPE_OR_CLAIM = ['invalid_token', 'claims_rejected'];

let world;
before(async () => (world = await startWorld()));
after(() => world?.gate.dispose());

/** A signed token whose payload is this very text. */
const withPayload = (idp, text) => mint(idp.keys[0], text);
/** A signed token whose header is this very text. */
const withHeader = (idp, text) => mint(idp.keys[0], idp.claims(), text);
const stranger = makeKey('ES256', { kid: 'ES256-key' });

describe('a request without a credential', () => {
  const rows = [
    ['no header at all', []],
    ['another scheme', [['Authorization', 'Basic dXNlcjpwYXNz']]],
    ['another scheme with commas', [['Authorization', 'Digest username="a", realm="b", nonce="c"']]],
    [
      'another scheme, and a second header',
      [
        ['Authorization', 'Basic dXNlcjpwYXNz'],
        ['Authorization', 'Bearer a.b.c'],
      ],
    ],
    ['a token where none may stand', [['X-Authorization', 'Bearer a.b.c']]],
  ];
  for (const [name, headers] of rows) {
    it(`${name}: 401 missing_token`, async () => {
      const answer = await withoutOrigin(world.origin, () => world.gate.send({ path: '/info', headers }));
      assertRefused(answer, 401, 'missing_token');
    });
  }

  it('a good token in the query alone is none: 401 missing_token', async () => {
    const path = `/info?access_token=${world.idp.token()}`;
    assertRefused(await withoutOrigin(world.origin, () => world.gate.send({ path })), 401, 'missing_token');
  });
});

describe('a good credential', () => {
  // RFC 9110 section 11.1: the scheme has no case, and one or more spaces follow.
  for (const prefix of ['Bearer ', 'Bearer  ', 'bearer     ', 'BEARER ']) {
    it(`'${prefix}…' passes`, async () => {
      const headers = [['Authorization', prefix + world.idp.token()]];
      assert.equal((await world.gate.send({ path: '/info', headers })).status, 200);
    });
  }

  for (const prefix of ['Bearer\t', 'Bearer', 'Bearer:', 'Bearer ,']) {
    it(`${JSON.stringify(prefix)} in front of it is none`, async () => {
      const headers = [['Authorization', prefix + world.idp.token()]];
      const answer = await withoutOrigin(world.origin, () => world.gate.send({ path: '/info', headers }));
      assert.ok([400, 401].includes(answer.status), `${answer.status}`);
    });
  }
});

describe('more than one credential: 400 multiple_credentials', () => {
  const bearer = (token) => ['Authorization', `Bearer ${token}`];
  const rows = [
    ['the header twice', (token) => ({ headers: [bearer(token), bearer(token)] })],
    [
      'the header twice in different case',
      (token) => ({ headers: [bearer(token), ['authorization', `bearer ${token}`]] }),
    ],
    ['two in one header', (token) => ({ headers: [['Authorization', `Bearer ${token}, Bearer ${token}`]] })],
    ['another scheme behind', (token) => ({ headers: [bearer(token), ['Authorization', 'Basic dXNlcjpwYXNz']] })],
    ['header and query', (token) => ({ headers: [bearer(token)], path: `/info?access_token=${token}` })],
  ];
  for (const [name, make] of rows) {
    it(name, async () => {
      const request = { path: '/info', ...make(world.idp.token()) };
      assertRefused(await withoutOrigin(world.origin, () => world.gate.send(request)), 400, 'multiple_credentials');
    });
  }
});

describe('anything wrong before or at the signature', () => {
  const rows = [
    ['garbage', () => 'garbage'],
    ['three parts of nothing', () => '..'],
    ['two parts', (idp) => idp.token().split('.').slice(0, 2).join('.')],
    ['four parts', (idp) => `${idp.token()}.AAAA`],
    ['five parts, as if encrypted', (idp) => `${idp.token()}.AAAA.AAAA`],
    ['alg none without a signature', (idp) => `${part({ alg: 'none' })}.${part(idp.claims())}.`],
    ['alg none under a good signature', (idp) => idp.token({}, { alg: 'none' })],
    ['an alg in another case', (idp) => idp.token({}, { alg: 'es256' })],
    ['an alg that the issuer may not use', (idp) => idp.token({}, { alg: 'ES256K' })],
    ['no alg', (idp) => withHeader(idp, `{"kid":"${idp.keys[0].kid}"}`)],
    ['alg is no string', (idp) => idp.token({}, { alg: ['ES256'] })],
    ['another key of the same name', (idp) => idp.token({}, {}, stranger)],
    ['an unknown kid', (idp) => idp.token({}, { kid: 'nobody' })],
    ['kid is no string', (idp) => idp.token({}, { kid: 1 })],
    ['an issuer nobody trusts', (idp) => idp.token({ iss: 'https://elsewhere.example' })],
    ['our issuer with a slash', (idp) => idp.token({ iss: `${idp.issuer}/` })],
    ['no issuer', (idp) => idp.token({ iss: undefined })],
    ['an issuer list', (idp) => idp.token({ iss: [idp.issuer] })],
    ['expired, but badly signed', (idp) => idp.token({ exp: now() - HOUR }, {}, stranger)],
    ['for another audience, but badly signed', (idp) => idp.token({ aud: 'other' }, {}, stranger)],
    ['another payload under the signature', (idp) => swapPayload(idp, { sub: 'admin' })],
    ['an empty signature', (idp) => idp.token().replace(/[^.]*$/, '')],
    ['a short signature', (idp) => idp.token().slice(0, -4)],
    ['a critical header', (idp) => idp.token({}, { crit: ['exp'] })],
    ['an unknown critical header', (idp) => idp.token({}, { crit: ['x'], x: 1 })],
    ['an unencoded payload', (idp) => idp.token({}, { b64: false, crit: ['b64'] })],
    ['a header member twice', (idp) => withHeader(idp, `{"alg":"ES256","kid":"${idp.keys[0].kid}","alg":"ES256"}`)],
    [
      'a header member twice, once escaped',
      (idp) => withHeader(idp, `{"alg":"ES256","kid":"${idp.keys[0].kid}","\\u0061lg":"ES256"}`),
    ],
    ['a header that is no object', (idp) => withHeader(idp, '[]')],
    ['a header with something behind it', (idp) => withHeader(idp, `{"alg":"ES256","kid":"${idp.keys[0].kid}"} {}`)],
    ['a claim twice', (idp) => withPayload(idp, repeat(idp, '"sub":"admin"')), SHAPE_OR_CLAIM],
    ['a claim twice at depth', (idp) => withPayload(idp, repeat(idp, '"a":{"b":[{"c":1,"c":2}]}')), SHAPE_OR_CLAIM],
    ['a payload that is no object', (idp) => withPayload(idp, '[]')],
    ['a payload that is no JSON', (idp) => withPayload(idp, '{')],
    ['a token of more than 16 KiB', (idp) => idp.token({ padding: 'x'.repeat(16 * 1024) })],
    ['padding at the signature', (idp) => `${idp.token()}==`],
    ['padding at the header', (idp) => swap(idp, ({ header, ...rest }) => ({ header: `${header}=`, ...rest }))],
    ['standard base64', (idp) => swap(idp, ({ payload, ...rest }) => ({ payload: `${payload}+/`, ...rest }))],
    ['spare bits at the signature', (idp) => withSpareBits(idp.token())],
    ['a space inside', (idp) => idp.token().replace('.', '. ')],
  ];
  for (const [name, make, code = 'invalid_token'] of rows) {
    it(`${name}: 401 ${[code].flat().join(' or ')}`, async () => {
      const request = { path: '/info', token: make(world.idp) };
      assertRefused(await withoutOrigin(world.origin, () => world.gate.send(request)), 401, code);
    });
  }

  function swap(idp, change) {
    const { header, payload, signature } = change(parts(idp.token()));
    return `${header}.${payload}.${signature}`;
  }
  function swapPayload(idp, claims) {
    return swap(idp, (whole) => ({ ...whole, payload: part(idp.claims(claims)) }));
  }
  /** The good claims with one more member at the end, whatever stands in front of it. */
  function repeat(idp, member) {
    return `${JSON.stringify(idp.claims()).slice(0, -1)},${member}}`;
  }
});

describe('claims that do not hold, under a good signature', () => {
  const at = now();
  const rows = [
    ['expired', { exp: at - HOUR }, 'token_expired'],
    ['expired just past the leeway', { exp: at - 60 }, 'token_expired'],
    ['not valid yet', { nbf: at + HOUR }, 'token_not_yet_valid'],
    ['another audience', { aud: 'other' }, 'wrong_audience'],
    ['a list without ours', { aud: ['other', 'copilotkit2'] }, 'wrong_audience'],
    ['no audience', { aud: undefined }, ['wrong_audience', 'claims_rejected']],
    ['an audience of the wrong type', { aud: { copilotkit: true } }, ['wrong_audience', ...SHAPE_OR_CLAIM]],
    ['no expiry', { exp: undefined }, ['token_expired', 'claims_rejected']],
    ['an expiry of the wrong type', { exp: String(at + HOUR) }, SHAPE_OR_CLAIM],
    ['a null expiry', { exp: null }, SHAPE_OR_CLAIM],
    ['nbf of the wrong type', { nbf: '0' }, SHAPE_OR_CLAIM],
    ['iat of the wrong type', { iat: 'now' }, SHAPE_OR_CLAIM],
    ['issued in the future', { iat: at + HOUR }, ['claims_rejected', 'token_not_yet_valid']],
    ['a subject of the wrong type', { sub: ['admin'] }, SHAPE_OR_CLAIM],
  ];
  for (const [name, claims, code] of rows) {
    it(`${name}: 401 ${[code].flat().join(' or ')}`, async () => {
      const request = { path: '/info', token: world.idp.token(claims) };
      assertRefused(await withoutOrigin(world.origin, () => world.gate.send(request)), 401, code);
    });
  }
});

describe('what is not refused', () => {
  const at = now();
  const rows = [
    ['a good token', {}],
    ['expired, but within the leeway', { exp: at - 5 }],
    ['one of several audiences is ours', { aud: ['other', 'copilotkit'] }],
    ['fractions of a second', { exp: at + HOUR + 0.5, iat: at - 0.5 }],
  ];
  for (const [name, claims] of rows) {
    it(name, async () => {
      assert.equal((await world.gate.send({ path: '/info', token: world.idp.token(claims) })).status, 200);
    });
  }

  it('the scheme in another case', async () => {
    const headers = [['authorization', `bEARER ${world.idp.token()}`]];
    assert.equal((await world.gate.send({ path: '/info', headers })).status, 200);
  });
});

describe('after all this', () => {
  it('the gate has not stumbled: its log is JSON lines, and nothing of the runtime about panics or exceptions', () => {
    assert.ok(world.gate.log.lines.length > 0);
    for (const line of world.gate.log.lines) assert.doesNotThrow(() => JSON.parse(line), line);
  });
});
