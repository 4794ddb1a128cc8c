// The decision line: what an operator learns of each request, and what the log must never hold.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { makeKey } from '../support/keys.mjs';
import { now } from '../support/token.mjs';
import { startWorld } from '../support/world.mjs';
import { assertNotLogged } from './support/expect.mjs';

const CANARY = 'canary-in-a-claim';
const STOP = { method: 'POST', path: '/agent/alpha/stop/t-1' };
const stranger = makeKey('ES256', { kid: 'ES256-key' });

let world;
const sent = [];
before(async () => (world = await startWorld()));
after(() => world?.gate.dispose());

/** Sends a token and gives the decision line; `sent` remembers the token for the last test. */
async function decide(request, token) {
  if (token) sent.push(token);
  const answer = await world.gate.send({ ...request, token });
  const id = answer.status < 400 ? lastRequestId() : answer.headers['x-request-id'];
  return { answer, line: await world.gate.log.decision(id) };
}

function lastRequestId() {
  return world.origin.heard.at(-1).headers['x-request-id'];
}

const claims = (more = {}) => ({ email: `${CANARY}@example.com`, role: CANARY, ...more });

describe('the line of a request that passed', () => {
  it('names the operation, the caller and the key', async () => {
    const { line } = await decide(STOP, world.idp.token(claims()));
    const { cache, reason, upstream_ms: waited, ...rest } = line;
    assert.deepEqual(rest, {
      event: 'decision',
      outcome: 'allow',
      status: 200,
      operation: 'agent/stop',
      agent: 'alpha',
      thread: 't-1',
      issuer: world.idp.issuer,
      sub: 'user-1',
      kid: 'ES256-key',
      alg: 'ES256',
      request_id: lastRequestId(),
    });
    assert.ok(['hit', 'miss'].includes(cache), `cache is ${cache}`);
    assert.ok(Number.isInteger(waited) && waited >= 0, `upstream_ms is ${waited}`);
  });

  it('says hit when the same token comes again', async () => {
    const token = world.idp.token(claims({ jti: 'twice' }));
    await decide(STOP, token);
    assert.equal((await decide(STOP, token)).line.cache, 'hit');
  });

  it("carries the origin's status", async () => {
    world.origin.answers((exchange) => exchange.reply(418));
    const { headers } = await world.gate.send({ ...STOP, token: world.idp.token() });
    assert.equal((await world.gate.log.decision(lastRequestId())).status, 418, JSON.stringify(headers));
    world.origin.answers();
  });
});

describe('the line of a request that was refused', () => {
  const rows = [
    ['no token', () => undefined, 401],
    ['wrong key', (idp) => idp.token(claims(), {}, stranger), 401],
    ['unknown issuer', (idp) => idp.token(claims({ iss: 'https://elsewhere.example' })), 401],
    ['critical header', (idp) => idp.token(claims(), { crit: ['x'] }), 401],
    ['expired', (idp) => idp.token(claims({ exp: now() - 3600 })), 401],
    // Of the claims the log shows the audience alone, which tells a deployer what to set.
    ['wrong audience', (idp) => idp.token(claims({ aud: 'another' })), 401],
    ['unknown path', (idp) => idp.token(claims()), 404, { path: '/nothing-here' }],
    ['default rule', (idp) => idp.token(claims()), 403, { path: '/threads' }],
  ];
  const reasons = new Map();
  for (const [name, make, status, request = STOP] of rows) {
    it(`${name}: ${status}, with a reason`, async () => {
      const { line } = await decide(request, make(world.idp));
      assert.equal(line.outcome, 'deny');
      assert.equal(line.status, status);
      assert.ok(typeof line.reason === 'string' && line.reason.length > 0, 'a reason');
      reasons.set(name, line.reason);
    });
  }

  it('each has a reason of its own, also where the caller sees invalid_token', () => {
    assert.equal(new Set(reasons.values()).size, rows.length, [...reasons].join('\n'));
  });

  it('an unknown path is named, without its query', async () => {
    const request = { method: 'PATCH', path: `/threads/t-1/rename?title=${CANARY}` };
    const { answer, line } = await decide(request, world.idp.token(claims()));
    assert.deepEqual([line.reason, line.method, line.path], ['unknown_operation', 'PATCH', '/threads/t-1/rename']);
    assert.deepEqual([answer.json.error, answer.json.code], ['not_found', 'not_found']);
    assert.ok(!answer.text.includes('rename'), 'the caller learns nothing more');
  });

  it('and none of them names a caller that nobody vouched for', async () => {
    const { line } = await decide(STOP, world.idp.token(claims({ sub: 'forged' }), {}, stranger));
    assert.notEqual(line.sub, 'forged');
  });
});

describe('the whole log', () => {
  it('holds one decision line per request', () => {
    const ids = world.gate.log.decisions.map((line) => line.request_id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('holds no token, no part of one and no other claim', () => {
    assert.ok(sent.length > 0);
    assertNotLogged(world.gate.log, [CANARY, ...sent.flatMap((token) => token.split('.'))]);
  });
});
