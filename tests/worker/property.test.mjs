// TOKEN_PROPERTY: a token among the properties of an agent's input, for apps that send it there and nowhere else.

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

let idp, origin, gate, off, stripping, anonymous, single;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), TOKEN_PROPERTY: true, PROPERTIES: ['kept'], MAX_BODY_BYTES: 65536 };
  [gate, off, stripping, anonymous, single] = await startGates([
    { vars },
    { vars: { ...vars, TOKEN_PROPERTY: false } },
    { vars: { ...vars, FORWARD_AUTHORIZATION: 'strip' } },
    { vars: { ...vars, ANONYMOUS: true } },
    { vars: { ...vars, ORIGIN_MODE: 'single-route' } },
  ]);
});
after(() => gate?.dispose());

const body = (authorization) => input({ forwardedProps: { authorization, kept: 1 } });
const run = (authorization, what = 'run') => post(`/agent/a/${what}`, body(authorization));
const call = (authorization) => envelope({ method: 'agent/run', params: { agentId: 'a' }, body: body(authorization) });
const text = (authorization) =>
  envelope({ method: 'agent/run', params: { agentId: 'a' }, body: JSON.stringify(body(authorization)) });

async function passed(request, through = gate) {
  const { answer, received } = await relay(through, origin, request);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(received.length, 1);
  const parsed = JSON.parse(received[0].text);
  const { forwardedProps } = parsed.params ? parsed.body : parsed;
  assert.deepEqual(forwardedProps, { kept: 1 }, 'the property is gone');
  return received[0].headers;
}

async function assertTurnedAway(request, status, code, through = gate) {
  const { answer, heard } = await relay(through, origin, request);
  assertRefused(answer, status, code);
  assert.equal(heard, 0);
}

describe('a token among the properties', () => {
  const rows = [
    ['run', (token) => run(token)],
    ['suggest', (token) => run(token, 'suggest')],
    ['connect', (token) => run(token, 'connect')],
    ['an envelope', call],
    ['an envelope with a text for a body', text],
  ];
  for (const [name, make] of rows) {
    for (const prefix of ['', 'Bearer ', 'bearer ']) {
      it(`of ${name}, as '${prefix}…', becomes the Authorization header`, async () => {
        const token = idp.token();
        const headers = await passed(make(prefix + token));
        assert.equal(headers.authorization, `Bearer ${token}`);
        assert.equal(headers['x-user-id'], 'user-1');
      });
    }
  }

  it('is one to a single-route origin too', async () => {
    const token = idp.token();
    assert.equal((await passed(run(token), single)).authorization, `Bearer ${token}`);
  });

  it('does not become one with FORWARD_AUTHORIZATION = strip', async () => {
    const headers = await passed(run(idp.token()), stripping);
    assert.equal(headers.authorization, undefined);
    assert.equal(headers['x-user-id'], 'user-1');
  });
});

describe('beside a header', () => {
  for (const [name, property] of [
    ['another token', () => idp.token({ sub: 'other' })],
    ['garbage', () => 'garbage'],
    ['a table', () => ({ a: 1 })],
  ]) {
    it(`${name} does not count, and goes`, async () => {
      const token = idp.token();
      const headers = await passed({ ...run(property()), token });
      assert.equal(headers.authorization, `Bearer ${token}`);
      assert.equal(headers['x-user-id'], 'user-1');
    });
  }

  it('a good one does not make up for a bad header', () =>
    assertTurnedAway({ ...run(idp.token()), token: 'garbage' }, 401, 'invalid_token'));

  it('a good one does not make up for another scheme', () => {
    const request = run(idp.token());
    return assertTurnedAway(
      { ...request, headers: [...request.headers, ['Authorization', 'Basic x']] },
      401,
      'missing_token',
    );
  });
});

describe('what is turned away', () => {
  const rows = [
    ['garbage', () => run('garbage'), 'invalid_token'],
    ['a token of the wrong key', () => run(idp.token({}, {}, makeKey('ES256', { kid: 'ES256-key' }))), 'invalid_token'],
    ['an expired token', () => run(idp.token({ exp: 1 })), 'token_expired'],
    ['two in one', () => run(`${idp.token()} ${idp.token()}`), 'invalid_token'],
    ['an empty text', () => run(''), ['invalid_token', 'missing_token']],
    ['a table', () => run({ token: idp.token() }), ['invalid_token', 'missing_token']],
    ['null', () => run(null), 'missing_token'],
    ['none', () => run(undefined), 'missing_token'],
    [
      'one deeper in',
      () => post('/agent/a/run', input({ forwardedProps: { x: { authorization: idp.token() } } })),
      'missing_token',
    ],
    ['one in the state', () => post('/agent/a/run', input({ state: { authorization: idp.token() } })), 'missing_token'],
    [
      'one of an annotation',
      () => post('/annotate', { type: 'x', threadId: 't', forwardedProps: { authorization: idp.token() } }),
      'missing_token',
    ],
    [
      'one in an envelope beside the body',
      () => envelope({ method: 'info', forwardedProps: { authorization: idp.token() } }),
      'missing_token',
    ],
    [
      'two of the name',
      () =>
        post(
          '/agent/a/run',
          `{"threadId":"t","forwardedProps":{"authorization":"${idp.token()}","authorization":"x"}}`,
        ),
      'missing_token',
    ],
    ['a body that is no JSON', () => post('/agent/a/run', '{'), 'missing_token'],
    ['a body that is too large', () => run('x'.repeat(70_000)), 'missing_token'],
    ["not JSON's type", () => ({ ...run(idp.token()), headers: [['Content-Type', 'text/plain']] }), 'missing_token'],
    ['an unknown path', () => post('/nothing-here', body(idp.token())), 'missing_token'],
  ];
  for (const [name, make, code] of rows) {
    it(`${name}: 401`, () => assertTurnedAway(make(), 401, code));
  }

  it('any, where the setting is off', async () => {
    await assertTurnedAway(run(idp.token()), 401, 'missing_token', off);
    await passed({ ...run(idp.token()), token: idp.token() }, off);
  });
});

describe('with ANONYMOUS', () => {
  it('a token names its bearer', async () => {
    assert.equal((await passed(run(idp.token()), anonymous))['x-user-id'], 'user-1');
  });

  it('no token is nobody in particular', async () => {
    assert.equal((await passed(run(undefined), anonymous))['x-user-id'], 'anonymous');
  });

  it('a bad token is refused', () => assertTurnedAway(run('garbage'), 401, 'invalid_token', anonymous));

  it('a broken body says what is wrong with it', async () => {
    await assertTurnedAway(post('/agent/a/run', '{'), 400, 'malformed_body', anonymous);
    await assertTurnedAway(run('x'.repeat(70_000)), 413, undefined, anonymous);
  });
});

describe('the log', () => {
  it('holds no token that came as a property', async () => {
    const token = idp.token({ jti: 'canary' });
    await passed(run(token));
    assertNotLogged(gate.log, token.split('.').slice(1));
  });
});
