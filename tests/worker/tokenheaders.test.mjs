// TOKEN_HEADERS: a token that a proxy in front of the gate writes, from a cookie that the browser has attached to the request.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { usualVars } from '../support/world.mjs';
import { assertNotLogged, assertRefused } from './support/expect.mjs';

const ACCESS = 'Cf-Access-Jwt-Assertion';
const COOKIE = 'CF_Authorization';
const APP = 'https://app.example';

let idp, origin, gate, stripping, off;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = {
    ...usualVars({ idp, origin }),
    TOKEN_HEADERS: [ACCESS, 'x-goog-iap-jwt-assertion'],
    TOKEN_COOKIE: COOKIE,
    ALLOWED_ORIGINS: [APP],
    KEEP_HEADERS: ['x-goog-iap-jwt-assertion'],
  };
  [gate, stripping, off] = await startGates([
    { vars },
    { vars: { ...vars, FORWARD_AUTHORIZATION: 'strip' } },
    { vars: { ...vars, TOKEN_HEADERS: undefined, TOKEN_COOKIE: undefined } },
  ]);
});
after(() => gate?.dispose());

async function passed(headers, through = gate) {
  const { answer, received } = await relay(through, origin, { path: '/info', headers });
  assert.equal(answer.status, 200, answer.text);
  return received[0].headers;
}

async function assertTurnedAway(headers, status, code, through = gate) {
  const { answer, heard } = await relay(through, origin, { path: '/info', headers });
  assertRefused(answer, status, code);
  assert.equal(heard, 0);
}

describe('a token in a header of a proxy', () => {
  it('goes on as Authorization, and the header does not', async () => {
    const token = idp.token();
    for (const name of [ACCESS, 'x-goog-iap-jwt-assertion']) {
      const headers = await passed([
        [name, token],
        ['cf_access_jwt_assertion', 'forged'],
      ]);
      assert.equal(headers.authorization, `Bearer ${token}`);
      assert.equal(headers['x-user-id'], 'user-1');
      assert.deepEqual(
        Object.keys(headers).filter((own) => /jwt.assertion/.test(own)),
        [],
      );
    }
  });

  it('stays at the gate with FORWARD_AUTHORIZATION = strip', async () => {
    const headers = await passed([[ACCESS, idp.token()]], stripping);
    assert.deepEqual([headers.authorization, headers[ACCESS.toLowerCase()]], [undefined, undefined]);
  });

  it('may come with the cookie that it was made from', async () => {
    const token = idp.token();
    const headers = await passed([
      [ACCESS, token],
      ['Cookie', `a=1; ${COOKIE}=${token}`],
    ]);
    assert.deepEqual([headers.authorization, headers.cookie], [`Bearer ${token}`, 'a=1']);
  });

  it('is refused beside another token', async () => {
    const [token, other] = [idp.token(), idp.token({ sub: 'user-2' })];
    for (const beside of [
      ['Authorization', `Bearer ${other}`],
      ['Cookie', `${COOKIE}=${other}`],
      ['x-goog-iap-jwt-assertion', other],
      [ACCESS, other],
    ]) {
      await assertTurnedAway([[ACCESS, token], beside], 400, 'multiple_credentials');
    }
  });

  it('is none where the setting is off, and where it is empty', async () => {
    await assertTurnedAway([[ACCESS, idp.token()]], 401, 'missing_token', off);
    await assertTurnedAway([[ACCESS, '']], 401, 'missing_token');
  });

  it('is named to a caller without one', async () => {
    const { answer } = await relay(gate, origin, { path: '/info' });
    assert.match(answer.json.message, /or the header cf-access-jwt-assertion, or the header x-goog-iap-jwt-assertion/);
  });

  it('is not in the log', async () => {
    const token = idp.token({ jti: 'canary' });
    await passed([[ACCESS, token]]);
    assertNotLogged(gate.log, token.split('.').slice(1));
  });
});

describe('a page that is not ours', () => {
  const rows = [
    ['a listed Origin', [['Origin', APP]], true],
    ['a foreign Origin', [['Origin', 'https://evil.example']], false],
    ['Origin: null', [['Origin', 'null']], false],
    ['no Origin', [], true],
    ['no Origin, Sec-Fetch-Site: same-origin', [['Sec-Fetch-Site', 'same-origin']], true],
    ['no Origin, Sec-Fetch-Site: cross-site', [['Sec-Fetch-Site', 'cross-site']], false],
  ];
  for (const [name, browser, may] of rows) {
    it(`${name}: ${may ? 'passes' : '403 origin_not_allowed'}`, async () => {
      const headers = [...browser, [ACCESS, idp.token()]];
      if (may) await passed(headers);
      else await assertTurnedAway(headers, 403, 'origin_not_allowed');
    });
  }

  it('may not name the header in a preflight', async () => {
    const { answer } = await relay(gate, origin, {
      method: 'OPTIONS',
      path: '/info',
      headers: [
        ['Origin', APP],
        ['Access-Control-Request-Method', 'GET'],
        ['Access-Control-Request-Headers', ACCESS.toLowerCase()],
      ],
    });
    assert.equal(answer.status, 204);
    assert.ok(!answer.headers['access-control-allow-headers'].includes('jwt-assertion'));
  });
});
