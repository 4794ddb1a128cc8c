// The runtime finds its routes from the end of a path, the gate from its start. Every short path over the runtime's own
// words is sent through the gate, and whatever reaches the upstream is shown to the runtime's own matcher: it must see the
// operation, the agent and the thread that the gate has decided about.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { BASE } from '../support/client.mjs';
import { flood } from '../support/flood.mjs';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { randomFrom } from '../support/random.mjs';
import { input } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';

/** Not exported by the package: what it matches is what the gate must not differ from. */
const ROUTER = inRoot('node_modules/@copilotkit/runtime/dist/v2/runtime/core/fetch-router.mjs');
const { matchRoute } = await import(ROUTER);

const ID = 'id-1';
/** The words that the matcher compares segments with, and one that it does not know. */
const WORDS = [...wordsOf(readFileSync(ROUTER, 'utf8')), ID];
const METHODS = ['GET', 'POST', 'PATCH'];
/** How many paths with an escaped letter are tried of each length. */
const SAMPLES = 500;
const random = randomFrom(process.env.SEED);

const RULES = [{ operations: ['threads/*', 'threads/clear', 'cpk-debug-events'], allow: 'authenticated' }];
const BODY = JSON.stringify(input({ threadId: 'thread-of-the-body' }));

let idp, origin, multi, single;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), RULES };
  [multi, single] = await startGates([{ vars }, { vars: { ...vars, ORIGIN_MODE: 'single-route' } }]);
});
after(() => multi?.dispose());

function wordsOf(source) {
  const found = [...source.matchAll(/segments\[len - \d\] [!=]== "([^"]+)"/g)].map(([, word]) => word);
  assert.ok(found.length > 20, 'the matcher is written as it was when this was: see how it compares segments now');
  return new Set(found);
}

/** Every path of so many segments. */
const paths = (length) =>
  length === 0 ? [''] : paths(length - 1).flatMap((start) => WORDS.map((word) => `${start}/${word}`));
const STOPS = WORDS.flatMap((agent) => WORDS.map((thread) => `/agent/${agent}/stop/${thread}`));

/** The path with one letter of one segment written as an escape, as servers decode it. */
function escaped(path) {
  const letters = [...path].flatMap((char, index) => (/[a-z]/.test(char) ? [index] : []));
  const at = letters[random.below(letters.length)];
  const code = path.charCodeAt(at).toString(16);
  return `${path.slice(0, at)}%${random.below(2) ? code.toUpperCase() : code}${path.slice(at + 1)}`;
}

const sample = (list) => Array.from({ length: Math.min(SAMPLES, list.length) }, () => random.one(list));
const withEscapes = (list) => [...list, ...sample(list).map(escaped)];

const ALL = {
  'one segment': () => withEscapes(paths(1)),
  'two segments': () => withEscapes(paths(2)),
  'three segments': () => withEscapes(paths(3)),
  'four segments around stop': () => withEscapes(STOPS),
};
/** Without the third segments that the gate refuses for their first. */
const SOME = {
  ...ALL,
  'three segments': () => withEscapes(paths(3).filter((path) => /^\/(agent|threads)\//.test(path))),
};

/** How a client says which path it means. */
const byPath = (method, path) => ({ method, path: BASE + path, body: method === 'GET' ? undefined : BODY });
const byEnvelope = (httpMethod, path) => {
  const body = httpMethod === 'GET' ? {} : { body: JSON.parse(BODY) };
  const text = JSON.stringify({ method: 'resource/request', params: { path, httpMethod }, ...body });
  return { method: 'POST', path: BASE, body: text };
};

/** What the runtime makes of a request, in each of its modes. */
const ofPath = ({ url }) => matchRoute(new URL(url, origin.url).pathname, BASE);
const ofEnvelope = ({ text }) => {
  const { method, params } = JSON.parse(text);
  return method === 'resource/request' ? matchRoute(new URL(params.path, origin.url).pathname) : { method, ...params };
};

const RESOURCES = /^(threads\/|memories\/|annotate$)/;
const WAYS = [
  ['paths before a multi-route runtime', () => multi, byPath, ofPath, ALL, /./],
  ['paths before a single-route runtime', () => single, byPath, ofEnvelope, SOME, /^(?!cpk-debug-events$)/],
  ['envelopes before a multi-route runtime', () => multi, byEnvelope, ofPath, SOME, RESOURCES],
  ['envelopes before a single-route runtime', () => single, byEnvelope, ofEnvelope, SOME, RESOURCES],
];

/** Sends all of it, and gives what reached the upstream, each with the line that the gate has written. */
async function reached(gate, requests) {
  const headers = { authorization: `Bearer ${idp.token()}`, 'content-type': 'application/json' };
  const arrived = [];
  origin.answers(async (exchange) => {
    const text = `${await exchange.body()}`;
    arrived.push({ url: exchange.url, text, id: exchange.headers['x-request-id'] });
    exchange.reply(200, { 'content-type': 'application/json' }, '{"threads":[]}');
  });
  const start = gate.log.lines.length;
  const statuses = await flood(
    gate,
    requests.map((request) => ({ ...request, headers })),
  );
  assert.deepEqual(
    statuses.filter((status) => status >= 500),
    [],
  );
  const last = await gate.send({ path: '/nothing-here' });
  await gate.log.decision(last.json.request_id);
  const lines = new Map(
    gate.log.lines
      .slice(start)
      .filter((line) => line.includes('"outcome":"allow"'))
      .map((line) => JSON.parse(line))
      .map((line) => [line.request_id, line]),
  );
  origin.heard.splice(0);
  return arrived.map((what) => ({ ...what, line: lines.get(what.id) }));
}

/** That the runtime would do what the gate has decided about. */
function assertSame(route, { url, text, line }) {
  const what = `${url} ${text}`;
  assert.ok(route, `no route: ${what}`);
  assert.equal(route.method, line.operation, what);
  if (line.operation.startsWith('agent/')) assert.equal(route.agentId, line.agent, what);
  if (route.threadId !== undefined) assert.equal(route.threadId, line.thread, what);
}

for (const [way, gate, write, read, sets, served] of WAYS) {
  describe(`${way} (SEED=${random.seed})`, () => {
    const seen = new Set();
    for (const [name, make] of Object.entries(sets)) {
      it(`the runtime sees in paths of ${name} what the gate has seen`, async () => {
        const requests = make().flatMap((path) => METHODS.map((method) => write(method, path)));
        for (const what of await reached(gate(), requests)) {
          assertSame(read(what), what);
          seen.add(what.line.operation);
        }
      });
    }

    it('and is asked for every operation that it serves this way', () => {
      const known = new Set([...paths(3), ...STOPS].map((path) => matchRoute(path)?.method).filter(Boolean));
      assert.deepEqual([...seen].sort(), [...known].filter((operation) => served.test(operation)).sort());
    });
  });
}
