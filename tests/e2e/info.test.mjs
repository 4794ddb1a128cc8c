// What a client reads off /info before it does anything else: which threads endpoints there are for this caller, in the
// dialect that it speaks. Whatever is promised works, and what is not would be refused. Real runtimes answer.

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startOrigin } from '../../demo/origin.mjs';
import { promptAgent } from '../support/agents.mjs';
import { DIALECTS, MODES, turn } from '../support/dialects.mjs';
import { startCast } from './support/cast.mjs';
import { startV1Origin } from './support/v1.mjs';

const NONE = { list: false, inspect: false, mutations: false, realtimeMetadata: false };
/** What the runtime's own in-memory threads can do. */
const ALL = { ...NONE, list: true, inspect: true };
const LISTED = [{ operations: ['threads/list'], require: { roles: ['editor'] } }];

/** Settings of the gates, with what /info promises a caller without a role and an editor. */
const CASES = {
  'threads that are sealed to their owners': [{ THREAD_KEY: randomBytes(32).toString('base64url') }, ALL, ALL],
  'threads that are bound to nobody': [{}, NONE, NONE],
  'a list that a rule opens to editors': [{ RULES: LISTED }, NONE, { ...NONE, list: true }],
};

const agents = () => ({ default: promptAgent(() => {}) });

for (const [name, [vars, user, editor]] of Object.entries(CASES)) {
  describe(name, () => {
    let cast;
    before(async () => (cast = await startCast({ agents: agents(), vars: () => vars })));
    after(() => cast?.close());

    for (const mode of MODES) {
      for (const spoken of MODES) {
        const dialect = DIALECTS[spoken];
        for (const [who, claims, expected] of [
          ['a user', {}, user],
          ['an editor', { role: 'editor' }, editor],
        ]) {
          it(`before a ${mode} runtime, a ${spoken} client of ${who} is told what it can have`, async () => {
            const ask = (request) => cast.gates[mode].send({ ...request, token: cast.idp.token(claims) });
            const run = dialect.agent('run', 'default', turn({ threadId: randomUUID(), says: 'Hello' }));
            assert.equal((await ask(run)).status, 200);

            const { status, json } = await ask(dialect.info());
            assert.equal(status, 200);
            assert.deepEqual(json.threadEndpoints, expected);
            // Where the client reads it in the other dialect, it says the same, or nothing.
            if (spoken === 'single-route') assert.ok(json.singleRoute, 'a client of envelopes looks here');
            if (json.singleRoute) {
              assert.deepEqual(json.singleRoute, { resourceOperations: true, threadEndpoints: expected });
            }

            const list = await ask(dialect.resource('GET', '/threads'));
            assert.equal(list.status, expected.list ? 200 : 403, list.text);
            for (const path of ['/threads/t-1/messages', '/threads/t-1/events', '/threads/t-1/state']) {
              const { status: got } = await ask(dialect.resource('GET', path));
              assert.equal(got === 403, !expected.inspect, `${path}: ${got}`);
            }
          });
        }
      }
    }
  });
}

describe('a runtime of the other dialect than ORIGIN_MODE says', () => {
  const runtimes = {
    'a multi-route runtime': {
      mode: 'single-route',
      start: () => startOrigin({ mode: 'multi-route', agents: agents() }),
    },
    'a single-route runtime': {
      mode: 'multi-route',
      start: () => startOrigin({ mode: 'single-route', agents: agents() }),
    },
    'a V1 adapter': { mode: 'multi-route', start: () => startV1Origin({ agents: agents() }) },
  };
  let cast;
  before(async () => (cast = await startCast({ runtimes })));
  after(() => cast?.close());

  for (const [name, { mode }] of Object.entries(runtimes)) {
    for (const spoken of MODES) {
      it(`${name} before which ORIGIN_MODE is ${mode}, asked by a ${spoken} client: 502, and the log names the setting`, async () => {
        const gate = cast.gates[name];
        const start = gate.log.lines.length;
        const answer = await gate.send({ ...DIALECTS[spoken].info(), token: cast.idp.token() });
        assert.deepEqual([answer.status, answer.json.error], [502, 'bad_gateway']);
        const line = await gate.log.find(
          (text) => text.includes('ORIGIN_MODE') && JSON.parse(text),
          'the setting',
          start,
        );
        const right = mode === 'multi-route' ? 'single-route' : 'multi-route';
        assert.deepEqual([line.event, line.setting], ['misconfigured', 'ORIGIN_MODE']);
        assert.match(line.remedy, new RegExp(right));
      });
    }
  }
});
