// TOKEN_COOKIE: a token that the browser adds by itself, and that no page of another site may make use of.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { assertNotLogged, assertRefused } from './support/expect.mjs';

const NAME = '__Host-token';
const APP = 'https://app.example';

let idp, origin, gate, stripping, off, anonymous;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), TOKEN_COOKIE: NAME, ALLOWED_ORIGINS: [APP] };
  [gate, stripping, off, anonymous] = await startGates([
    { vars },
    { vars: { ...vars, FORWARD_AUTHORIZATION: 'strip' } },
    { vars: { ...vars, TOKEN_COOKIE: undefined } },
    { vars: { ...vars, ANONYMOUS: true } },
  ]);
});
after(() => gate?.dispose());

const cookie = (value) => ['Cookie', value];
const withToken = (token, more = []) => [cookie(`${NAME}=${token}`), ...more];

async function passed(request, through = gate) {
  const { answer, received } = await relay(through, origin, { path: '/info', ...request });
  assert.equal(answer.status, 200, answer.text);
  return received[0].headers;
}

async function assertTurnedAway(request, status, code, through = gate) {
  const { answer, heard } = await relay(through, origin, { path: '/info', ...request });
  assertRefused(answer, status, code);
  assert.equal(heard, 0);
}

describe('a token in the cookie', () => {
  it('is one: it goes on as Authorization', async () => {
    const token = idp.token();
    const headers = await passed({ headers: withToken(token) });
    assert.equal(headers.authorization, `Bearer ${token}`);
    assert.equal(headers['x-user-id'], 'user-1');
  });

  const beside = [
    [(t) => `${NAME}=${t}`, undefined],
    [(t) => `a=1; ${NAME}=${t}`, 'a=1'],
    [(t) => `${NAME}=${t}; b=2`, 'b=2'],
    [(t) => `a=1; ${NAME}=${t}; b=2=3`, 'a=1; b=2=3'],
    [(t) => `a=1;${NAME}=${t};b=2`, 'a=1;b=2'],
    [(t) => `a=1;  b = 2 ; ${NAME}=${t};;c`, 'a=1;  b = 2 ;;c'],
    [(t) => `lang=en, de; ${NAME}=${t}`, 'lang=en, de'],
    [(t) => `a="x y"; ${NAME}="${t}"; b`, 'a="x y"; b'],
    [(t) => `${NAME}2=x; x${NAME}=y; ${NAME}=${t}`, `${NAME}2=x; x${NAME}=y`],
  ];
  for (const [make, rest] of beside) {
    it(`${make('T')}: the origin gets ${rest ?? 'no cookie'}`, async () => {
      const token = idp.token();
      const headers = await passed({ headers: [cookie(make(token))] });
      assert.equal(headers.authorization, `Bearer ${token}`);
      assert.equal(headers.cookie, rest);
    });
  }

  it('stays at the gate with FORWARD_AUTHORIZATION = strip', async () => {
    const headers = await passed({ headers: [cookie(`a=1; ${NAME}=${idp.token()}`)] }, stripping);
    assert.deepEqual([headers.authorization, headers.cookie, headers['x-user-id']], [undefined, 'a=1', 'user-1']);
  });

  it('is none where the setting is off', async () => {
    await assertTurnedAway({ headers: withToken(idp.token()) }, 401, 'missing_token', off);
    const headers = await passed({ headers: [cookie('a=1')], token: idp.token() }, off);
    assert.equal(headers.cookie, 'a=1');
  });
});

/** Parts of 16 KiB and a byte. */
const longParts = () =>
  Array.from({ length: 9 }, (_, at) => `${NAME}.${at}=${'x'.repeat(at === 8 ? 1 : 2048)}`).join('; ');

describe('a token in parts', () => {
  const cut = (token) => [token.slice(0, 90), token.slice(90, 180), token.slice(180)];
  const rows = [
    ['as Auth.js writes it', ([a, b, c]) => `a=1; ${NAME}.0=${a}; ${NAME}.1=${b}; ${NAME}.2=${c}; b=2`],
    ['in another order', ([a, b, c]) => `a=1; ${NAME}.2=${c}; ${NAME}.0=${a}; ${NAME}.1=${b}; b=2`],
    [
      'as ASP.NET Core writes it',
      ([a, b, c]) => `a=1; ${NAME}=chunks-3; ${NAME}C1=${a}; ${NAME}C2=${b}; ${NAME}C3=${c}; b=2`,
    ],
  ];
  for (const [name, make] of rows) {
    it(`${name} is one, and no part goes on`, async () => {
      const token = idp.token();
      const headers = await passed({ headers: [cookie(make(cut(token)))] });
      assert.equal(headers.authorization, `Bearer ${token}`);
      assert.equal(headers.cookie, 'a=1; b=2');
    });
  }
});

describe('the same token twice', () => {
  const rows = [
    ['in two cookies', (t) => [cookie(`${NAME}=${t}; ${NAME}=${t}`)]],
    ['in cookie and header', (t) => [...withToken(t), ['Authorization', `Bearer ${t}`]]],
  ];
  for (const [name, make] of rows) {
    it(`${name} is one`, async () => {
      const token = idp.token();
      const headers = await passed({ headers: make(token) });
      assert.deepEqual([headers.authorization, headers.cookie], [`Bearer ${token}`, undefined]);
    });
  }
});

describe('what is no credential', () => {
  const BASIC = ['Authorization', 'Basic c3RhZ2luZzpwYXNz'];

  it('a password beside the cookie: the token takes its place, or nothing does', async () => {
    const token = idp.token();
    assert.equal((await passed({ headers: withToken(token, [BASIC]) })).authorization, `Bearer ${token}`);
    assert.equal((await passed({ headers: withToken(token, [BASIC]) }, stripping)).authorization, undefined);
  });

  it('an empty cookie, and an empty Authorization', async () => {
    const headers = await passed({ headers: [cookie(`a=1; ${NAME}=`), ['Authorization', '']] }, anonymous);
    assert.deepEqual([headers['x-user-id'], headers.cookie], ['anonymous', 'a=1']);
    await assertTurnedAway({ headers: [['Authorization', '']] }, 401, 'missing_token');
    const token = idp.token();
    assert.equal(
      (await passed({ headers: withToken(token, [['Authorization', '']]) })).authorization,
      `Bearer ${token}`,
    );
  });
});

describe('what is turned away', () => {
  const rows = [
    ['no cookie', () => [], 401, 'missing_token'],
    ['another cookie', (t) => [cookie(`token=${t}`)], 401, 'missing_token'],
    ['a name in other case', (t) => [cookie(`${NAME.toLowerCase()}=${t}`)], 401, 'missing_token'],
    ['an empty one', () => [cookie(`${NAME}=`)], 401, 'missing_token'],
    ['garbage', () => [cookie(`${NAME}=garbage`)], 401, 'invalid_token'],
    ['an expired one', () => [cookie(`${NAME}=${idp.token({ exp: 1 })}`)], 401, 'token_expired'],
    ['two of them', (t) => [cookie(`${NAME}=${t}; ${NAME}=${idp.token({ sub: 'b' })}`)], 400, 'multiple_credentials'],
    ['two of them, one bad', (t) => [cookie(`${NAME}=x; ${NAME}=${t}`)], 400, 'multiple_credentials'],
    ['two of them in two fields', (t) => [cookie(`${NAME}=${t}`), cookie(`${NAME}=${t}`)], 400, 'multiple_credentials'],
    // A browser sends one field; the platform joins several with a comma, which other servers do not split at.
    ['one in a second field', (t) => [cookie('a=1'), cookie(`${NAME}=${t}`)], 400, 'multiple_credentials'],
    ["one behind a comma in another's value", (t) => [cookie(`lang=en, ${NAME}=${t}`)], 400, 'multiple_credentials'],
    ['one behind a comma alone', (t) => [cookie(`lang=en,${NAME}=${t}; b=2`)], 400, 'multiple_credentials'],
    ['one, and its name behind a comma', (t) => [cookie(`${NAME}=${t}; a=b, ${NAME}=x`)], 400, 'multiple_credentials'],
    ['one that a comma follows', (t) => [cookie(`${NAME}=${t}, b=2`)], 401, 'invalid_token'],
    ["one in another's quotes", (t) => [cookie(`a="; ${NAME}=${t}; b="`), ['Authorization', 'Bearer x']], 400],
    ['a name with a space that is none', (t) => [cookie(`\u00a0${NAME}=${t}`)], 401, 'missing_token'],
    [
      'cookie and header of another token',
      (t) => [...withToken(t), ['Authorization', `Bearer ${idp.token({ sub: 'b' })}`]],
      400,
      'multiple_credentials',
    ],
    ['cookie and another scheme', (t) => [...withToken(t), ['Authorization', 'DPoP x']], 400, 'multiple_credentials'],
    ['a part too few', (t) => [cookie(`${NAME}.0=${t}; ${NAME}.2=x`)], 400, 'multiple_credentials'],
    ['fewer parts than announced', (t) => [cookie(`${NAME}=chunks-2; ${NAME}C1=${t}`)], 400, 'multiple_credentials'],
    ['two forms', (t) => [cookie(`${NAME}=${t}; ${NAME}.0=${t}`)], 400, 'multiple_credentials'],
    ['parts that are too long', () => [cookie(longParts())], 401, 'invalid_token'],
  ];
  for (const [name, make, status, code] of rows) {
    it(`${name}: ${status}`, () => assertTurnedAway({ headers: make(idp.token()) }, status, code));
  }

  it('a caller without a token learns the name of the cookie, where there is one', async () => {
    const message = async (through) => (await relay(through, origin, { path: '/info' })).answer.json.message;
    assert.equal(await message(off), 'Sign in first: send Authorization: Bearer <token>.');
    assert.equal(await message(gate), `Sign in first: send Authorization: Bearer <token>, or the cookie ${NAME}.`);
  });

  it('cookie and query: 400', () => {
    const token = idp.token();
    return assertTurnedAway(
      { path: `/info?access_token=${token}`, headers: withToken(token) },
      400,
      'multiple_credentials',
    );
  });

  it('a bad one, also where nobody needs any', () =>
    assertTurnedAway({ headers: withToken('garbage') }, 401, 'invalid_token', anonymous));
});

describe('a page that is not ours', () => {
  const own = () => `http://${gate.url.host}`;
  /** Name, headers of the browser, whether the request may use the cookie. */
  const rows = [
    ['a listed Origin', () => [['Origin', APP]], true],
    ["the gate's own Origin", () => [['Origin', own()]], true],
    ['a foreign Origin', () => [['Origin', 'https://evil.example']], false],
    ['Origin: null', () => [['Origin', 'null']], false],
    ["the gate's own host by another scheme", () => [['Origin', `https://${gate.url.host}`]], false],
    ["the gate's own host on another port", () => [['Origin', 'http://127.0.0.1:1']], false],
    [
      'two Origins',
      () => [
        ['Origin', APP],
        ['Origin', 'https://evil.example'],
      ],
      false,
    ],
    ['no Origin, nothing else', () => [], true],
    ['no Origin, Sec-Fetch-Site: same-origin', () => [['Sec-Fetch-Site', 'same-origin']], true],
    ['no Origin, Sec-Fetch-Site: none', () => [['Sec-Fetch-Site', 'none']], true],
    ['no Origin, Sec-Fetch-Site: cross-site', () => [['Sec-Fetch-Site', 'cross-site']], false],
    [
      'a listed Origin, Sec-Fetch-Site: cross-site',
      () => [
        ['Origin', APP],
        ['Sec-Fetch-Site', 'cross-site'],
      ],
      true,
    ],
    [
      'a foreign Origin that calls itself same-origin',
      () => [
        ['Origin', 'https://evil.example'],
        ['Sec-Fetch-Site', 'same-origin'],
      ],
      false,
    ],
  ];
  const requests = [
    ['GET /info', () => ({ path: '/info' })],
    ['a run', () => post('/agent/a/run', input())],
    ['an envelope', () => envelope({ method: 'info' })],
    ['a stop without a body', () => ({ method: 'POST', path: '/agent/a/stop/t-1' })],
  ];
  for (const [name, make, may] of rows) {
    for (const [what, request] of requests) {
      it(`${name}, ${what}: ${may ? 'passes' : '403 origin_not_allowed'}`, async () => {
        const { headers = [], ...rest } = request();
        const whole = { ...rest, headers: [...headers, ...make(), ...withToken(idp.token())] };
        if (may) await passed(whole);
        else await assertTurnedAway(whole, 403, 'origin_not_allowed');
      });
    }
  }

  it("may use a token of its own, which is none of the browser's doing", async () => {
    await passed({
      headers: [
        ['Origin', 'https://evil.example'],
        ['Sec-Fetch-Site', 'cross-site'],
      ],
      token: idp.token(),
    });
  });

  it('is told nothing by whoami', () =>
    assertTurnedAway(
      { path: '/.gate/whoami', headers: [['Origin', 'null'], ...withToken(idp.token())] },
      403,
      'origin_not_allowed',
    ));
});

describe('the log', () => {
  it('holds no token that came in a cookie', async () => {
    const token = idp.token({ jti: 'canary' });
    await passed({ headers: withToken(token) });
    assertNotLogged(gate.log, token.split('.').slice(1));
  });
});
