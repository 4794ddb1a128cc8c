// docs/operate.md keeps its word: the tables name the fields that the Worker writes, and the queries find what it did. All
// lines and points are recorded from the built Worker.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { FakeDataset } from '../support/fakes.mjs';
import { startGate, startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { AnalyticsEngine } from './support/analytics-engine.mjs';
import { answerTo, logQueries } from './support/log-queries.mjs';
import { tableOf } from './support/tables.mjs';

const PAGE = readFileSync(inRoot('docs/operate.md'), 'utf8');
const SQL = [...PAGE.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, code]) => code);
const RULES = [
  { agents: ['ops-*'], require: { roles: ['admin'] } },
  { agents: ['trial'], require: { roles: ['admin'] }, mode: 'report' },
];
const DETAILED = {
  HIDE_EVENTS: ['RAW'],
  RULES: [{ name: 'all', allow: 'authenticated' }],
};
const PARTIES = { authorized_parties: ['our-app'] };
/** Longer than any answer of a test's origin takes by itself. */
const SLOW_MS = 120;
const dataset = new FakeDataset();
const names = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);

let idp, gone, origin, gate, engine;
/** A gate whose lines have the fields that the other one's do not. Its log is its own: it has no data points. */
let detailed;
/** The id of a request that was refused, and what is expected of queries. */
let refused;

before(async () => {
  [idp, gone, origin] = [await startProvider(makeKey()), await startProvider(makeKey()), await startOrigin()];
  const vars = { ...usualVars({ idp, origin }), RULES };
  const unreachable = { ...vars, ORIGIN_URL: 'http://127.0.0.1:1/api/copilotkit' };
  const fakes = { AUDIT: dataset };
  const gates = await startGates([
    { vars: { ...vars, ISSUERS: [idp.trusted(), gone.trusted()] }, fakes },
    { vars: unreachable, fakes },
  ]);
  gate = gates[0];
  const token = (sub, claims) => idp.token({ sub, ...claims });
  const run = (agent, more) => ({ ...post(`/agent/${agent}/run`, input()), ...more });
  for (const agent of ['default', 'default', 'trial']) await relay(gate, origin, run(agent, { token: token('alice') }));
  await relay(gate, origin, run('default', { token: token('bob') }));
  for (let count = 0; count < 2; count += 1) {
    const { answer } = await relay(gate, origin, run('ops-shell', { token: token('bob') }));
    refused = answer.headers['x-request-id'];
  }
  await relay(gate, origin, { path: '/info' });
  await relay(gate, origin, { path: '/info', token: token('carol', { role: 1.5 }) });
  origin.answers((exchange) => setTimeout(() => exchange.reply(200, {}, '{}'), SLOW_MS));
  await gate.send(run('slow', { token: token('carol') }));
  origin.answers();
  await gone.down();
  assert.equal((await gate.send({ path: '/info', token: gone.token() })).status, 503);
  assert.equal((await gates[1].send(run('default', { token: token('alice') }))).status, 502);
  const { length } = gate.log.decisions;
  // The gate does not wait for its points.
  while (dataset.points.length < length) await new Promise(setImmediate);
  engine = new AnalyticsEngine('copilotkit_gate', dataset.points);
  detailed = await startGate({ vars: { ...vars, ...DETAILED, ISSUERS: [{ ...idp.trusted(), ...PARTIES }] } });
  const instructed = input({ messages: [{ id: 'm-1', role: 'system', content: 'Obey.' }] });
  const party = { azp: PARTIES.authorized_parties[0] };
  const { answer } = await relay(detailed, origin, {
    ...post('/agent/default/run', instructed),
    token: token('alice', party),
  });
  await detailed.log.decision(answer.headers['x-request-id']);
  for (const claims of [{ ...party, aud: 'another' }, { azp: 'another' }, { ...party, iss: `${idp.issuer}/` }]) {
    const { status, headers } = await detailed.send({ path: '/info', token: token('alice', claims) });
    assert.equal(status, 401);
    await detailed.log.decision(headers['x-request-id']);
  }
  const unknown = await detailed.send({ path: '/no/such/route', token: token('alice', party) });
  assert.equal(unknown.status, 404);
  await detailed.log.decision(unknown.headers['x-request-id']);
  const packed = { 'content-type': 'text/event-stream', 'content-encoding': 'zstd' };
  origin.answers((exchange) => exchange.reply(200, packed, ''));
  const { status, headers } = await detailed.send(run('default', { token: token('alice', party) }));
  origin.answers();
  assert.equal(status, 502);
  await detailed.log.decision(headers['x-request-id']);
});
after(async () => {
  await gate?.dispose();
  await detailed?.dispose();
  await idp?.down();
});

describe('the decision log', () => {
  const rows = tableOf(PAGE, 'field', 'present').flatMap(([fields, present]) =>
    names(fields).map((name) => ({ name, present })),
  );

  it('has exactly the fields of the table', () => {
    const lines = [...gate.log.decisions, ...detailed.log.decisions];
    const seen = new Set(lines.flatMap((line) => Object.keys(line)));
    const named = new Set(rows.map(({ name }) => name));
    assert.deepEqual([...seen].sort(), [...named].sort());
  });

  it('has those on every line that the table says are always there, and no others', () => {
    const onEvery = [...new Set(gate.log.decisions.flatMap((line) => Object.keys(line)))].filter((name) =>
      gate.log.decisions.every((line) => Object.hasOwn(line, name)),
    );
    const always = rows.filter(({ present }) => present === 'always').map(({ name }) => name);
    assert.deepEqual(onEvery.sort(), always.sort());
  });
});

describe('data points', () => {
  it('have the columns of the table, each with its field', () => {
    const columns = tableOf(PAGE, 'column', 'field').map(([column, field]) => [names(column)[0], names(field)[0]]);
    const { indexes, blobs, doubles } = dataset.points[0];
    const held = { index: indexes, blob: blobs, double: doubles };
    const expected = Object.entries(held).flatMap(([kind, values]) => values.map((_, at) => `${kind}${at + 1}`));
    assert.deepEqual(columns.map(([column]) => column).sort(), expected.sort());
    for (const point of dataset.points) {
      const line = gate.log.decisions.find(({ request_id: id }) => point.blobs.includes(id));
      for (const [column, field] of columns) {
        const [, kind, at] = /^(\D+)(\d+)$/.exec(column);
        const value = { index: point.indexes, blob: point.blobs, double: point.doubles }[kind][at - 1];
        assert.equal(value, kind === 'double' ? (line[field] ?? 0) : `${line[field] ?? ''}`, `${column} of ${field}`);
      }
    }
  });
});

describe('the SQL', () => {
  /** The answer to the one query whose text holds this. */
  const ask = (part, id = '') => {
    const found = SQL.filter((code) => code.includes(part));
    assert.equal(found.length, 1, part);
    return engine.query(id ? found[0].replace(/'[0-9a-f]{16}-\d+'/, `'${id}'`) : found[0]);
  };

  it('for refusals by reason counts each', () => {
    assert.deepEqual(
      Object.fromEntries(ask('SELECT blob2 AS reason, SUM').map(({ reason, requests }) => [reason, requests])),
      { rule_denied: 2, missing_token: 1, identity_claim_type: 1, keys_unavailable: 1 },
    );
  });

  it('for who was refused names user, agent, reason and rule', () => {
    const [first] = ask('AS rule');
    assert.deepEqual(first, {
      sub: 'bob',
      operation: 'agent/run',
      agent: 'ops-shell',
      reason: 'rule_denied',
      rule: '0',
      requests: 2,
    });
  });

  it('for runs per user counts what was allowed', () => {
    const runs = Object.fromEntries(ask('AS runs\n').map(({ sub, runs }) => [sub, runs]));
    assert.deepEqual(runs, { alice: 4, bob: 1, carol: 1 });
  });

  it('for slow upstreams has the slow agent first', () => {
    const [{ agent, runs, p95_ms: slowest }] = ask('p95_ms');
    assert.deepEqual([agent, runs], ['slow', 1]);
    assert.ok(slowest >= SLOW_MS - 20, `${slowest} ms`);
  });

  it('for failures has those of upstream and provider', () => {
    const found = ask('toStartOfInterval').map(({ status, reason, requests }) => [status, reason, requests]);
    assert.deepEqual(found.sort(), [
      [502, 'bad_gateway', 1],
      [503, 'keys_unavailable', 1],
    ]);
  });

  it('for one request finds it by its id', () => {
    const [{ sub, reason, status }, ...others] = ask('WHERE blob10', refused);
    assert.deepEqual([sub, reason, status, others.length], ['bob', 'rule_denied', 403, 0]);
  });

  it('counts what a sampled point stands for', () => {
    const sampled = new AnalyticsEngine('copilotkit_gate', dataset.points, { sampleInterval: 10 });
    const [{ requests }] = sampled.query(SQL.find((code) => code.startsWith('SELECT blob2 AS reason, SUM')));
    assert.equal(requests, 20);
  });
});

describe('the queries of Workers Logs', () => {
  const events = () => gate.log.lines.map(parsed).filter(Boolean);
  const queries = logQueries(PAGE);
  const ask = (question) => answerTo(queries.get(question), events());

  it('find what happened', () => {
    assert.deepEqual(ask('Who was refused, and why?'), {
      'bob rule_denied': 2,
      'carol identity_claim_type': 1,
    });
    assert.deepEqual(ask('Which rule refuses?'), { 0: 2 });
    assert.deepEqual(ask('What would a rule on trial refuse?'), { '1 agent/run': 1 });
    assert.deepEqual(ask('Runs per user'), { alice: 4, bob: 1, carol: 1 });
    assert.ok(ask('Slow upstreams').slow >= SLOW_MS - 20);
    assert.deepEqual(Object.keys(ask('Key refreshes')), [idp.issuer]);
    assert.deepEqual(Object.keys(ask('Refreshes that failed, and why')), [`${gone.issuer} unreachable`]);
    const { filters } = queries.get('One request');
    assert.deepEqual(
      filters.map(([field]) => field),
      ['request_id'],
    );
  });

  it('are all asked here', () => assert.equal(queries.size, 8));
});

describe('the costs', () => {
  const prices = new Map(
    tableOf(PAGE, 'priced', 'included a month').map(([what, included, price]) => [
      what,
      { included: Number.parseFloat(included) * 1e6, price: Number(price) },
    ]),
  );
  const rows = tableOf(PAGE, '', '1 million runs');
  const number = (cell) => Number(cell.replaceAll(',', ''));

  for (const [name, at] of [
    ['1 million runs', 1],
    ['10 million runs', 3],
  ]) {
    it(`of ${name} follow from the prices`, () => {
      const lines = rows.filter(([what]) => prices.has(what));
      assert.equal(lines.length, prices.size);
      let total = 5;
      for (const row of lines) {
        const { included, price } = prices.get(row[0]);
        const cost = (Math.max(0, number(row[at]) - included) / 1e6) * price;
        // Operations of the cron trigger are cents: the table rounds.
        assert.ok(Math.abs(cost - Number(row[at + 1])) < 0.01, `${row[0]}: ${cost}`);
        total += Number(row[at + 1]);
      }
      assert.equal(Number(rows.find(([what]) => what === 'a month')[at + 1]), total);
    });
  }
});

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
