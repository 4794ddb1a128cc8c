// ANONYMOUS: who brings no credential goes on as nobody in particular; who brings a bad one does not.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

const RULES = [
  { agents: ['members'], allow: 'authenticated' },
  { agents: ['closed'], allow: 'nobody' },
  { agents: ['editors'], require: { roles: ['editor'] } },
];

const KEY = Buffer.alloc(32, 7).toString('base64url');

let idp, origin, gate, off, ruled, isolated;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), ANONYMOUS: true };
  [gate, off, ruled, isolated] = await startGates([
    { vars },
    { vars: { ...vars, ANONYMOUS: 'false' } },
    { vars: { ...vars, RULES } },
    { vars: { ...vars, THREAD_KEY: KEY, RULES: [{ operations: ['*'], allow: 'anyone' }] } },
  ]);
});
after(() => gate?.dispose());

async function assertTurnedAway(through, request, status, code) {
  const { answer, heard } = await relay(through, origin, request);
  const expected = [status].flat();
  assert.ok(expected.includes(answer.status), `${answer.status} ${answer.text}`);
  assertRefused(answer, answer.status, code);
  assert.equal(heard, 0);
}

describe('without a credential', () => {
  const forged = ['x-user-id', 'X_User_Id', 'x-user-role', 'x-user-permissions', 'x-gate-assertion'].map((name) => [
    name,
    'forged',
  ]);
  const rows = [
    ['GET /info', { path: '/info', headers: forged }],
    ['a run', { ...post('/agent/a/run', input(), { headers: forged }) }],
    ['an envelope', envelope({ method: 'info' }, { headers: forged })],
  ];
  for (const [name, request] of rows) {
    it(`${name} goes on as x-user-id: anonymous, and as nobody else`, async () => {
      const { answer, received } = await relay(gate, origin, request);
      assert.equal(answer.status, 200, answer.text);
      const [{ headers, pairs }] = received;
      assert.equal(headers['x-user-id'], 'anonymous');
      assert.ok(!JSON.stringify(pairs).includes('forged'), JSON.stringify(pairs));
      assert.deepEqual([headers['x-user-role'], headers.authorization], [undefined, undefined]);
    });

    it(`${name} is 401 where the setting is off`, () => assertTurnedAway(off, request, 401, 'missing_token'));
  }

  it('whoami says so, and names no issuer and no end', async () => {
    assert.deepEqual((await gate.send({ path: '/.gate/whoami' })).json, { identity: { 'x-user-id': 'anonymous' } });
  });

  it('what is denied to all stays denied', async () => {
    for (const path of ['/threads', '/threads/t-1/messages', '/cpk-debug-events']) {
      await assertTurnedAway(gate, { path }, [401, 403]);
    }
    await assertTurnedAway(gate, post('/threads/clear', ''), [401, 403]);
  });

  // All callers without a token are one: each of them could read and change what another wrote.
  const personal = [
    { path: '/threads' },
    { path: '/threads?agentId=a' },
    { path: '/threads/t-1/messages' },
    { method: 'DELETE', path: '/threads/t-1' },
    { path: '/memories' },
    post('/memories', { text: 'x' }),
    post('/memories/recall', { query: 'x' }),
    { method: 'DELETE', path: '/memories/m-1' },
    envelope({ method: 'resource/request', params: { path: '/memories', httpMethod: 'GET' } }),
  ];
  for (const request of personal) {
    const name = `${request.method ?? 'GET'} ${request.path || 'an envelope for memories'}`;
    it(`${name} is for callers with a name, whatever a rule opens`, async () => {
      for (const through of [gate, isolated]) await assertTurnedAway(through, request, 401, 'missing_token');
    });
  }

  it('an unknown path is 404, another method 405', async () => {
    await assertTurnedAway(gate, { path: '/nothing-here' }, [401, 404]);
    await assertTurnedAway(gate, { method: 'DELETE', path: '/info' }, [401, 405]);
  });

  it('rules for verified callers hold', async () => {
    await assertTurnedAway(ruled, post('/agent/members/run', input()), 401, 'missing_token');
    await assertTurnedAway(ruled, post('/agent/editors/run', input()), 401, 'missing_token');
    await assertTurnedAway(ruled, post('/agent/closed/run', input()), [401, 403]);
    assert.equal((await relay(ruled, origin, post('/agent/others/run', input()))).answer.status, 200);
  });
});

describe('with a credential', () => {
  it('that is good, the caller is its bearer', async () => {
    const { received } = await relay(gate, origin, { path: '/info', token: idp.token() });
    assert.equal(received[0].headers['x-user-id'], 'user-1');
  });

  const rows = [
    ['garbage', () => ({ token: 'garbage' }), 401, 'invalid_token'],
    ['an expired token', () => ({ token: idp.token({ exp: 1 }) }), 401, 'token_expired'],
    ['a token for somebody else', () => ({ token: idp.token({ aud: 'other' }) }), 401, 'wrong_audience'],
    ['an unknown issuer', () => ({ token: idp.token({ iss: 'https://elsewhere.example' }) }), 401, 'invalid_token'],
    ['Bearer alone', () => ({ headers: [['Authorization', 'Bearer']] }), 401, ['missing_token', 'invalid_token']],
    ['another scheme', () => ({ headers: [['Authorization', 'Basic dXNlcjpwYXNz']] }), 401, 'missing_token'],
    ['a token in the query', () => ({ path: '/info?access_token=x' }), 401, 'missing_token'],
    ['two', () => ({ token: idp.token(), headers: [['Authorization', 'Basic x']] }), 400, 'multiple_credentials'],
    ['the subject anonymous', () => ({ token: idp.token({ sub: 'anonymous' }) }), 401, 'claims_rejected'],
  ];
  for (const [name, make, status, code] of rows) {
    it(`${name} it is still refused: ${status}`, () =>
      assertTurnedAway(gate, { path: '/info', ...make() }, status, code));
  }
});
