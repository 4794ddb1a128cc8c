// The ways around a gate, tried on a real runtime, whose router matches paths from their end: an agent that a rule
// denies never runs through the gate. On the runtime alone the same requests do run it, which shows that they would.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { promptAgent } from '../support/agents.mjs';
import { DIALECTS, MODES, eventsIn, turn } from '../support/dialects.mjs';
import { post } from '../support/requests.mjs';
import { startCast } from './support/cast.mjs';

/** Which agents ran, in order. */
const ran = [];

let cast;
before(async () => {
  const agents = Object.fromEntries(['public', 'secret'].map((id) => [id, promptAgent(() => ran.push(id))]));
  const RULES = [
    { agents: ['secret'], allow: 'nobody' },
    { operations: ['threads/clear'], allow: 'nobody' },
    { operations: ['threads/*'], allow: 'authenticated' },
  ];
  cast = await startCast({ agents, vars: () => ({ RULES }) });
});
after(() => cast?.close());
beforeEach(() => ran.splice(0));

/** Requests for the multi-route dialect, with what the runtime alone makes of each: an agent that runs, or a status. */
const PATHS = [
  ['POST /agent/secret/run', 'secret'],
  ['POST /agent/secret/suggest', 'secret'],
  ['POST /info/agent/secret/run', 'secret'],
  ['POST /agent/public/run/agent/secret/run', 'secret'],
  ['POST /agent/public/connect/agent/secret/suggest', 'secret'],
  ['POST /.gate/health/agent/secret/run', 'secret'],
  ['POST //agent//secret//run', 'secret'],
  ['POST /agent/secret/run/', 'secret'],
  ['POST /agent/secret/run//', 'secret'],
  ['POST /agent/%73ecret/run', 'secret'],
  ['POST /agent/%73%65%63%72%65%74/run', 'secret'],
  ['POST /agent/public/../secret/run', 'secret'],
  ['POST /agent/public/%2e%2e/secret/run', 'secret'],
  ['POST /agent/public/.%2E/secret/run', 'secret'],
  ['POST /agent/./secret/run', 'secret'],
  ['POST /agent/secret/run?agentId=public', 'secret'],
  ['POST /agent/secret/run?/agent/public/run', 'secret'],
  ['POST /agent/secret/run#/agent/public/run', 'secret'],
  ['POST /agent\\secret\\run', 400],
  ['POST /agent/public\\..\\secret/run', 400],
  ['POST /agent/public%2f..%2fsecret/run', 404],
  ['POST /agent/%2573ecret/run', 404],
  ['POST /agent/Secret/run', 404],
  ['POST /agent/secret%20/run', 404],
  ['POST /agent/secret%00/run', 404],
  ['POST /%61gent/secret/run', 404],
  ['POST /AGENT/secret/RUN', 404],
  ['POST /agent/secret/run;x', 404],
];

/** GETs that the runtime alone answers with `/info`, which is where a path policy is usually opened. */
const INFOS = ['/info', '/anything/info', '/threads/info', '/agent/x/stop/info', '//info', '/info/', '/x//info//'];

const body = () => turn({ threadId: randomUUID(), says: 'Run.' });

function request(line, more = {}) {
  const at = line.indexOf(' ');
  return { ...post(line.slice(at + 1), body()), method: line.slice(0, at), ...more };
}

describe('paths', () => {
  for (const [line, expected] of PATHS) {
    const does = expected === 'secret' ? 'runs secret' : `answers ${expected}`;
    it(`${line}: the runtime ${does}, a gate never runs it`, async () => {
      const alone = await cast.bare['multi-route'].send(request(line));
      assert.deepEqual(ran.splice(0), expected === 'secret' ? ['secret'] : []);
      if (expected !== 'secret') assert.equal(alone.status, expected, alone.text);
      for (const mode of MODES) {
        const answer = await cast.gates[mode].send(request(line, { token: cast.idp.token() }));
        assert.ok([403, 404].includes(answer.status), `${mode}: ${answer.status} ${answer.text}`);
        assert.deepEqual(ran, [], `before a ${mode} runtime`);
      }
    });
  }

  for (const path of INFOS) {
    it(`GET ${path}: names secret on the runtime, never through a gate`, async () => {
      assert.ok(named(await cast.bare['multi-route'].send({ path })).includes('secret'));
      for (const mode of MODES) {
        const answer = await cast.gates[mode].send({ path, token: cast.idp.token() });
        if (path === '/info') assert.deepEqual(named(answer), ['public']);
        else assert.equal(answer.status, 404, `${mode}: ${answer.text}`);
        assert.ok(!answer.text.includes('secret'));
        assert.equal((await cast.gates[mode].send({ path })).status, 401);
      }
    });
  }
});

/** Envelopes that make the runtime alone run `secret`; each is given the text of a body. */
const ENVELOPES = {
  plainly: (input) => post('', `{"method":"agent/run","params":{"agentId":"secret"},"body":${input}}`),
  'as a suggestion': (input) => post('', `{"method":"agent/suggest","params":{"agentId":"secret"},"body":${input}}`),
  'on the path of another agent': (input) =>
    post('/agent/public/run', `{"method":"agent/run","params":{"agentId":"secret"},"body":${input}}`),
  'on the path of info': (input) =>
    post('/info', `{"method":"agent/run","params":{"agentId":"secret"},"body":${input}}`),
  'with the body as a text': (input) =>
    post('', `{"method":"agent/run","params":{"agentId":"secret"},"body":${JSON.stringify(input)}}`),
  'with the agent twice': (input) =>
    post('', `{"method":"agent/run","params":{"agentId":"public","agentId":"secret"},"body":${input}}`),
  'with the agent twice, once escaped': (input) =>
    post('', `{"method":"agent/run","params":{"agentId":"public","\\u0061gentId":"secret"},"body":${input}}`),
  'with the params twice': (input) =>
    post('', `{"method":"agent/run","params":{"agentId":"public"},"params":{"agentId":"secret"},"body":${input}}`),
  'with the method twice': (input) =>
    post('', `{"method":"info","method":"agent/run","params":{"agentId":"secret"},"body":${input}}`),
  'with the name escaped': (input) =>
    post('', `{"method":"agent\\u002frun","params":{"agentId":"\\u0073ecret"},"body":${input}}`),
  'behind a byte order mark': (input) =>
    post('', `\ufeff{"method":"agent/run","params":{"agentId":"secret"},"body":${input}}`),
  'as text that mentions JSON': (input) => ({
    ...post('', `{"method":"agent/run","params":{"agentId":"secret"},"body":${input}}`),
    headers: [['Content-Type', 'text/plain; application/json']],
  }),
};

describe('envelopes', () => {
  for (const [how, make] of Object.entries(ENVELOPES)) {
    it(`${how}: runs secret on the runtime, never through a gate`, async () => {
      await cast.bare['single-route'].send(make(JSON.stringify(body())));
      assert.deepEqual(ran.splice(0), ['secret']);
      for (const mode of MODES) {
        const answer = await cast.gates[mode].send({ ...make(JSON.stringify(body())), token: cast.idp.token() });
        assert.ok([400, 403, 404, 405, 415].includes(answer.status), `${mode}: ${answer.status} ${answer.text}`);
        assert.deepEqual(ran, [], `before a ${mode} runtime`);
      }
    });
  }

  const INNER = { method: 'POST', path: '/agent/secret/run' };
  const TUNNELS = ['/agent/secret/run', '/threads/x/messages/../../../agent/secret/run', '/threads/agent/secret/run'];
  for (const path of TUNNELS) {
    it(`resource/request of ${path} tunnels no run`, async () => {
      for (const mode of MODES) {
        const asked = DIALECTS['single-route'].resource(INNER.method, path, body());
        const answer = await cast.gates[mode].send({ ...asked, token: cast.idp.token() });
        assert.ok([403, 404].includes(answer.status), `${mode}: ${answer.status} ${answer.text}`);
        assert.deepEqual(ran, []);
      }
    });
  }
});

describe('the tunnel of resource/request', () => {
  const CLEAR = '/threads/clear';
  const WIPES = [CLEAR, `/x${CLEAR}`, '/threads//clear', '/threads/x/../clear', `${CLEAR}/`, `${CLEAR}?x=/info`];
  for (const path of WIPES) {
    it(`${path}: wipes every thread on the runtime, never through a gate`, async () => {
      const threadId = await someThread();
      const asked = DIALECTS['single-route'].resource('post', path, {});
      for (const mode of MODES) {
        const answer = await cast.gates[mode].send({ ...asked, token: cast.idp.token() });
        assert.ok([403, 404].includes(answer.status), `${mode}: ${answer.status} ${answer.text}`);
        assert.ok(await isThere(threadId));
      }
      await cast.bare['single-route'].send(asked);
      assert.ok(!(await isThere(threadId)));
    });
  }

  it('an odd path to a thread is a 404, and reads it on the runtime', async () => {
    const threadId = await someThread();
    const asked = DIALECTS['single-route'].resource('GET', `/x/y/threads/${threadId}/messages`);
    assert.match((await cast.bare['single-route'].send(asked)).text, /You said/);
    for (const mode of MODES) {
      assert.equal((await cast.gates[mode].send({ ...asked, token: cast.idp.token() })).status, 404);
    }
  });
});

describe('the agent that everybody may run', () => {
  for (const mode of MODES) {
    for (const spoken of MODES) {
      it(`runs on a ${mode} runtime for a ${spoken} client`, async () => {
        const asked = DIALECTS[spoken].agent('run', 'public', body());
        const answer = await cast.gates[mode].send({ ...asked, token: cast.idp.token() });
        assert.equal(answer.status, 200, answer.text);
        assert.equal(eventsIn(answer).at(-1).type, 'RUN_FINISHED');
        assert.deepEqual(ran, ['public']);
      });
    }
  }
});

/** The agents that an answer to `/info` names. */
const named = ({ json }) => Object.keys(json.agents);

/** A thread with something in it, made on the runtime itself. */
async function someThread() {
  const threadId = randomUUID();
  const asked = DIALECTS['multi-route'].agent('run', 'public', turn({ threadId, says: 'Hello' }));
  await cast.bare['multi-route'].send(asked);
  return threadId;
}

async function isThere(threadId) {
  const { json } = await cast.bare['multi-route'].send({ path: '/threads?limit=1000' });
  return json.threads.some(({ id }) => id === threadId);
}
