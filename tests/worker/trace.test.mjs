// What the log tells of the rules: which of them decided, and what one that only reports would have done. And LOG, which
// keeps lines to what was refused.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FakeDataset } from '../support/fakes.mjs';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

const RULES = [
  { name: 'closed-to-all', agents: ['closed'], allow: 'nobody' },
  { name: 'On-Trial-2', agents: ['dear'], require: { roles: ['root'] }, mode: 'report' },
  { agents: ['dear'], allow: 'nobody', mode: 'report' },
  { agents: ['dear'], operations: ['agent/run'], allow: 'authenticated' },
  { agents: ['open'], operations: ['agent/run'], allow: 'anyone', mode: 'report' },
  { operations: ['agent/*'], allow: 'nobody', mode: 'report' },
];
const CLAIMS = { required_claims: ['org'], claims: { 'a.b': 'x' }, authorized_parties: ['web'] };

const dataset = new FakeDataset();
let idp, origin, gate, demanding, quiet;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), RULES };
  [gate, demanding, quiet] = await startGates([
    { vars },
    { vars: { ...vars, ISSUERS: [idp.trusted(CLAIMS)] } },
    { vars: { ...vars, LOG: 'denied' }, fakes: { AUDIT: dataset } },
  ]);
});
after(() => gate?.dispose());

const run = (agent, claims, more) => ({
  ...post(`/agent/${agent}/run`, input(), more),
  token: claims && idp.token(claims),
});

/** Sends it and gives the answer with the decision line. */
async function decide(request, through = gate) {
  const { answer, heard } = await relay(through, origin, request);
  return { answer, heard, line: await through.log.decision(answer.headers['x-request-id']) };
}

describe('the rule that decided', () => {
  const rows = [
    ['that refuses', () => run('closed', {}), 0],
    ['that lets pass', () => run('dear', {}), 3],
    ['after those that only report', () => run('dear', { role: 'root' }), 3],
    ['is none where a default decides', () => run('other', {}), undefined],
    ['is none for what is closed by default', () => ({ path: '/threads', token: idp.token() }), undefined],
  ];
  for (const [name, make, rule] of rows) {
    it(`${name}: ${rule ?? 'absent'}`, async () => assert.equal((await decide(make())).line.rule, rule));
  }
});

describe('the name of the rule that decided', () => {
  it('is beside its position, where it has one', async () => {
    const { line } = await decide(run('closed', {}));
    assert.deepEqual([line.rule, line.rule_name], [0, 'closed-to-all']);
    const nameless = await decide(run('dear', {}));
    assert.deepEqual([nameless.line.rule, nameless.line.rule_name], [3, undefined]);
  });
});

describe('a rule with mode = "report"', () => {
  const denied = { outcome: 'deny', reason: 'rule_denied' };
  const rows = [
    ['would refuse', () => run('dear', {}), { rule: 1, rule_name: 'On-Trial-2', ...denied }, 200],
    [
      'would let pass',
      () => run('dear', { role: 'root' }),
      { rule: 1, rule_name: 'On-Trial-2', outcome: 'allow', reason: 'ok' },
      200,
    ],
    ['is about all the others', () => run('other', {}), { rule: 5, ...denied }, 200],
    ['would let strangers in', () => run('open'), { rule: 4, outcome: 'allow', reason: 'ok' }, 401],
    [
      'would refuse strangers',
      () => run('dear'),
      { rule: 1, rule_name: 'On-Trial-2', outcome: 'deny', reason: 'missing_token' },
      401,
    ],
    ['comes after one that decides', () => run('closed', {}), undefined, 403],
    ['is about something else', () => ({ path: '/info', token: idp.token() }), undefined, 200],
  ];
  for (const [name, make, report, status] of rows) {
    it(`that ${name} only says so: ${status}`, async () => {
      const { answer, heard, line } = await decide(make());
      if (status === 200) assert.equal(answer.status, 200, answer.text);
      else assertRefused(answer, status);
      assert.equal(heard, status === 200 ? 1 : 0);
      assert.deepEqual(line.report, report);
    });
  }

  it('makes the gate read no body of a stranger', async () => {
    const { headers, ...request } = run('open');
    const call = gate.open({ ...request, body: undefined, headers: [...headers, ['Content-Length', 1000]] });
    call.request.on('error', () => {});
    call.request.write('{');
    assert.equal((await call.response).statusCode, 401);
    call.request.destroy();
  });
});

describe('a claim that is not acceptable', () => {
  const good = { org: 'o', a: { b: 'x' }, azp: 'web' };
  const SECRET = 'what-the-claim-holds';
  const rows = [
    ['exp', { exp: SECRET }],
    ['exp', { exp: undefined }],
    ['org', { org: undefined }],
    ['a.b', { a: { b: SECRET } }],
    ['azp', { azp: SECRET }],
    ['cnf', { cnf: { jkt: SECRET } }],
    ['events', { events: { [SECRET]: {} } }],
    ['role', { role: 'anonymous' }],
  ];
  for (const [claim, claims] of rows) {
    it(`${claim} is named, and what it holds is not: ${JSON.stringify(claims)}`, async () => {
      const { answer, line } = await decide({ path: '/info', token: idp.token({ ...good, ...claims }) }, demanding);
      assert.equal(answer.status, 401);
      assert.equal(line.claim, claim);
      // Of the client alone the log has the value, which tells a deployer which one to list.
      const { party: _, ...rest } = line;
      assert.ok(!JSON.stringify(rest).includes(SECRET), JSON.stringify(line));
    });
  }

  it('is named of nobody else', async () => {
    const { line } = await decide({ path: '/info', token: idp.token(good) }, demanding);
    assert.deepEqual([line.outcome, line.claim], ['allow', undefined]);
  });
});

describe('upstream_ms', () => {
  it('is how long the origin took to begin its answer, and absent where it was not asked', async () => {
    const PAUSE_MS = 60;
    origin.answers((exchange) => setTimeout(() => exchange.reply(200, {}, '{}'), PAUSE_MS));
    const answer = await gate.send({ path: '/inspector-metadata', token: idp.token() });
    origin.answers();
    const { upstream_ms: waited } = await gate.log.decision(answer.headers['x-request-id']);
    // A Worker's clock stands still between its events, and need not begin with them.
    assert.ok(waited >= PAUSE_MS - 10 && waited < 10_000, `${waited} ms`);
    assert.equal((await decide(run('closed', {}))).line.upstream_ms, undefined);
  });
});

describe('LOG = "denied"', () => {
  /** The point of one request in the dataset. */
  async function point(id) {
    for (;;) {
      const found = dataset.points.find(({ blobs }) => blobs.includes(id));
      if (found) return found;
      await new Promise(setImmediate);
    }
  }

  it('writes no line for what is allowed, and its point in AUDIT all the same', { timeout: 8_000 }, async () => {
    const ids = [];
    for (const request of [run('dear', {}), { path: '/info', token: idp.token() }]) {
      const { answer } = await relay(quiet, origin, request);
      assert.equal(answer.status, 200, answer.text);
      ids.push(answer.headers['x-request-id']);
    }
    // Lines come in order: what was to be written before this refusal is there with it.
    const { line } = await decide(run('closed', {}), quiet);
    assert.deepEqual([line.outcome, line.reason], ['deny', 'rule_denied']);
    for (const id of ids) {
      assert.deepEqual((await point(id)).blobs.slice(0, 2), ['allow', 'ok']);
      assert.equal(
        quiet.log.decisions.find((each) => each.request_id === id),
        undefined,
      );
    }
    assert.ok((await point(line.request_id)).blobs.includes('deny'));
    assert.deepEqual((await point(line.request_id)).blobs.slice(11), ['0', 'closed-to-all']);
  });
});
