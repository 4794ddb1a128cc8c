// RATE_LIMIT and AUDIT: who is counted as whom, and that neither binding can break the gate.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { FakeDataset, FakeLimiter } from '../support/fakes.mjs';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

const limiter = new FakeLimiter();
const runs = new FakeLimiter();
const dataset = new FakeDataset();
const rateLimit = (limit) => ({ RATE_LIMIT: { type: 'rate-limit', namespace: '1', simple: { limit, period: 60 } } });

/** Runs of one agent have a limit of their own; another agent anybody may run. */
const RULES = [
  { agents: ['dear'], operations: ['agent/run'], allow: 'authenticated', limit: 'RUNS' },
  { agents: ['open'], operations: ['agent/run'], allow: 'anyone', limit: { binding: 'RUNS', period: 60 } },
  { agents: ['closed'], allow: 'nobody', limit: 'RUNS' },
];

let idp, partner, origin, gate, tight, wide, ruled, anonymous, named;
before(async () => {
  idp = await startProvider(makeKey());
  partner = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), ISSUERS: [idp.trusted(), partner.trusted()] };
  const audit = { AUDIT: { type: 'analytics-engine-dataset', name: 'decisions' } };
  [gate, tight, wide, ruled, anonymous, named] = await startGates([
    { vars, fakes: { RATE_LIMIT: limiter, AUDIT: dataset } },
    { vars, env: rateLimit(0) },
    { vars, env: { ...rateLimit(1000), ...audit } },
    { vars: { ...vars, RULES }, fakes: { RATE_LIMIT: limiter, RUNS: runs } },
    { vars: { ...vars, ANONYMOUS: true }, fakes: { RATE_LIMIT: limiter } },
    { vars: { ...vars, IDENTITY: { 'x-user-id': 'email' } }, fakes: { RATE_LIMIT: limiter } },
  ]);
});
beforeEach(() => {
  limiter.admits(Infinity);
  runs.admits(Infinity);
});
after(() => gate?.dispose());

const HERE = ['CF-Connecting-IP', '203.0.113.9'];
const ELSEWHERE = ['CF-Connecting-IP', '2001:db8::1'];
const run = (agent, from = HERE, token = undefined) => ({
  ...post(`/agent/${agent}/run`, input(), { headers: [from] }),
  token,
});
const info = (more = {}) => ({ path: '/info', headers: [HERE], ...more });

async function assertLimited(request, through = gate) {
  const { answer, heard } = await relay(through, origin, request);
  assertRefused(answer, 429);
  assert.equal(heard, 0);
}

async function assertPasses(request, through = gate) {
  const { answer } = await relay(through, origin, request);
  assert.equal(answer.status, 200, answer.text);
}

describe('a subject', () => {
  it('is limited, whatever token and address it comes with', async () => {
    limiter.admits(2);
    await assertPasses(info({ token: idp.token({ jti: '1' }) }));
    await assertPasses(info({ token: idp.token({ jti: '2' }), headers: [ELSEWHERE] }));
    await assertLimited(info({ token: idp.token({ jti: '3' }) }));
  });

  it('does not limit another, nor its namesake of another issuer', async () => {
    limiter.admits(1);
    await assertPasses(info({ token: idp.token() }));
    await assertLimited(info({ token: idp.token() }));
    await assertPasses(info({ token: idp.token({ sub: 'user-2' }) }));
    await assertPasses(info({ token: partner.token() }));
  });

  it('is counted once for a request that passes', async () => {
    await assertPasses(info({ token: idp.token() }));
    assert.equal(limiter.keys.length, 1, limiter.keys.join());
    assert.ok(limiter.keys[0].includes('user-1') && !limiter.keys[0].includes('203.0.113.9'), limiter.keys[0]);
  });

  it('without a sub is counted by its user id, or else by its token', async () => {
    limiter.admits(1);
    const mailed = (email, more) => info({ token: idp.token({ sub: undefined, email, ...more }) });
    await assertPasses(mailed('a@example.com'), named);
    await assertLimited(mailed('a@example.com', { jti: '2' }), named);
    await assertPasses(mailed('b@example.com'), named);
    await assertPasses(mailed(undefined, { jti: '3' }), named);
    const last = mailed(undefined, { jti: '4' });
    await assertPasses(last, named);
    await assertLimited(last, named);
  });

  it('is not counted for what is refused: a forged token cannot use up its limit', async () => {
    const forged = makeKey('ES256', { kid: 'ES256-key' });
    await relay(gate, origin, info({ token: idp.token({}, {}, forged) }));
    assert.ok(
      limiter.keys.every((key) => !key.includes('user-1')),
      limiter.keys.join(),
    );
  });
});

describe('an address', () => {
  it('is limited once too many of its requests were refused, and hears 429 for 401', async () => {
    limiter.admits(2);
    for (let i = 0; i < 2; i++)
      assertRefused((await relay(gate, origin, info({ token: 'garbage' }))).answer, 401, 'invalid_token');
    await assertLimited(info({ token: 'garbage' }));
    await assertLimited(info());
    await assertLimited({ ...info({ token: idp.token() }), path: '/threads' });
  });

  it('does not limit another', async () => {
    limiter.admits(1);
    for (let i = 0; i < 2; i++) await relay(gate, origin, info({ token: 'garbage' }));
    assertRefused((await relay(gate, origin, info({ headers: [ELSEWHERE] }))).answer, 401, 'missing_token');
  });

  it('does not keep out those with a good token', async () => {
    limiter.admits(1);
    for (let i = 0; i < 3; i++) await relay(gate, origin, info({ token: 'garbage' }));
    await assertPasses(info({ token: idp.token() }));
  });

  it('is the one that the platform saw, not one that the client names', async () => {
    const forged = [
      ['X-Forwarded-For', '198.51.100.1'],
      ['X-Real-IP', '198.51.100.1'],
      ['Forwarded', 'for=198.51.100.1'],
    ];
    await relay(gate, origin, info({ headers: [HERE, ...forged] }));
    assert.deepEqual(
      limiter.keys.filter((key) => key.includes('198.51.100.1')),
      [],
    );
    assert.ok(
      limiter.keys.some((key) => key.includes('203.0.113.9')),
      limiter.keys.join(),
    );
  });

  it('is counted for callers without a token too: strangers whom a rule lets in, and anonymous ones', async () => {
    for (const through of [ruled, anonymous]) {
      limiter.admits(1);
      await assertPasses(run('open'), through);
      await assertLimited(run('open'), through);
      await assertPasses(run('open', ELSEWHERE), through);
      await assertPasses(run('open', HERE, idp.token()), through);
    }
  });

  it('of IPv6 is its network, since a client has all the others in it', async () => {
    const from = (address) => info({ token: 'garbage', headers: [['CF-Connecting-IP', address]] });
    limiter.admits(2);
    for (const address of ['2001:db8:1:2::1', '2001:0DB8:0001:0002:ffff::9'])
      assertRefused((await relay(gate, origin, from(address))).answer, 401, 'invalid_token');
    await assertLimited(from('2001:db8:1:2:3:4:5:6'));
    assertRefused((await relay(gate, origin, from('2001:db8:1:3::1'))).answer, 401, 'invalid_token');
    assertRefused((await relay(gate, origin, from('::ffff:203.0.113.9'))).answer, 401, 'invalid_token');
    assert.equal(limiter.keys.at(-1), 'address:203.0.113.9');
  });

  it('no key names a token', async () => {
    await relay(gate, origin, info({ token: 'garbage' }));
    assert.ok(
      limiter.keys.every((key) => !key.includes('garbage')),
      limiter.keys.join(),
    );
  });
});

describe('the limit of a rule', () => {
  it('counts per caller what the rule lets through, and nothing else', async () => {
    const token = idp.token();
    runs.admits(2);
    for (let i = 0; i < 2; i++) await assertPasses(run('dear', HERE, token), ruled);
    await assertLimited(run('dear', ELSEWHERE, token), ruled);
    await assertPasses(run('dear', HERE, idp.token({ sub: 'user-2' })), ruled);
    await assertPasses(run('other', HERE, token), ruled);
    await assertPasses({ ...info({ token }) }, ruled);
    await assertPasses(
      envelope({ method: 'agent/connect', params: { agentId: 'dear' }, body: input() }, { token }),
      ruled,
    );
    assert.equal(runs.keys.length, 4, runs.keys.join());
  });

  it('is the same by envelope', async () => {
    const call = envelope({ method: 'agent/run', params: { agentId: 'dear' }, body: input() }, { token: idp.token() });
    runs.admits(1);
    await assertPasses(call, ruled);
    await assertLimited(call, ruled);
  });

  it('tells its period to whoever is over it; of RATE_LIMIT the shortest that there is', async () => {
    const after = async (request) => (await relay(ruled, origin, request)).answer.headers['retry-after'];
    runs.admits(0);
    assert.equal(await after(run('open')), '60');
    assert.equal(await after(run('dear', HERE, idp.token())), '60', 'which another rule says of the same binding');
    limiter.admits(0);
    assert.equal(await after(run('dear', HERE, idp.token())), '10');
    assert.equal(await after(info({ token: 'garbage' })), '10');
  });

  it('counts strangers by address', async () => {
    runs.admits(1);
    await assertPasses(run('open'), ruled);
    await assertLimited(run('open'), ruled);
    assert.deepEqual(runs.keys, ['address:203.0.113.9', 'address:203.0.113.9']);
  });

  it('does not count what the rule refuses', async () => {
    assertRefused((await relay(ruled, origin, run('closed', HERE, idp.token()))).answer, 403, 'rule_denied');
    assertRefused((await relay(ruled, origin, run('dear'))).answer, 401, 'missing_token');
    assert.deepEqual(runs.keys, []);
  });

  it('that is broken lets pass who may', async () => {
    runs.isBroken = true;
    await assertPasses(run('dear', HERE, idp.token()), ruled);
  });
});

describe("the platform's own binding", () => {
  it('limits: a good token, a bad one, a run', async () => {
    await assertLimited(info({ token: idp.token() }), tight);
    await assertLimited(info({ token: 'garbage' }), tight);
    await assertLimited({ ...post('/agent/a/run', input()), token: idp.token() }, tight);
  });

  it('lets pass, with a dataset beside it', async () => {
    await assertPasses(info({ token: idp.token() }), wide);
    assertRefused((await relay(wide, origin, info())).answer, 401, 'missing_token');
  });

  it('has no say over health', async () => assert.equal((await tight.send({ path: '/.gate/health' })).status, 200));
});

describe('a limiter that is broken', () => {
  it('lets pass who may, and refuses the others as ever', async () => {
    limiter.isBroken = true;
    await assertPasses(info({ token: idp.token() }));
    assertRefused((await relay(gate, origin, info({ token: 'garbage' }))).answer, 401, 'invalid_token');
  });
});

describe('AUDIT', () => {
  /** The data point of one request. It arrives when it likes: the gate does not wait for it. */
  async function point(request) {
    const { answer, received } = await relay(gate, origin, request);
    const id = answer.headers['x-request-id'] ?? received[0].headers['x-request-id'];
    for (;;) {
      const found = dataset.points.find(({ blobs }) => blobs.includes(id));
      if (found) return found;
      await new Promise(setImmediate);
    }
  }

  it('holds one point for a request that passed', { timeout: 8_000 }, async () => {
    const { blobs, doubles, indexes } = await point({ ...post('/agent/a/run', input()), token: idp.token() });
    for (const label of ['allow', 'agent/run', 'a', 't-1', idp.issuer, 'user-1'])
      assert.ok(blobs.includes(label), label);
    const [status, waited] = doubles;
    assert.equal(status, 200);
    assert.ok(Number.isInteger(waited) && waited >= 0, `${waited} ms`);
    assert.equal(indexes.length, 1);
    assert.ok(Buffer.byteLength(indexes[0]) <= 96);
  });

  it('holds one for a request that was refused, with its exact reason', { timeout: 8_000 }, async () => {
    const forged = idp.token({}, {}, makeKey('ES256', { kid: 'ES256-key' }));
    const { blobs, doubles } = await point(info({ token: forged }));
    assert.ok(blobs.includes('deny') && blobs.includes('bad_signature'), blobs.join());
    assert.deepEqual(doubles, [401, 0]);
    for (const part of forged.split('.')) assert.ok(!blobs.join().includes(part), 'no part of the token');
  });

  it('cuts a long subject at a whole character', { timeout: 8_000 }, async () => {
    const { indexes } = await point(info({ token: idp.token({ sub: 'ü'.repeat(100) }) }));
    assert.equal(indexes[0], 'ü'.repeat(48));
  });

  it('that is broken changes nothing', async () => {
    dataset.isBroken = true;
    await assertPasses(info({ token: idp.token() }));
    dataset.isBroken = false;
  });
});
