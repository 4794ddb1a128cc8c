// Threads of a real runtime that binds them to nobody: with THREAD_KEY, each is its owner's alone, by every route.

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Diarist, Door, WAIT } from '../support/agents.mjs';
import { chunks } from '../support/client.mjs';
import { DIALECTS, MODES, eventsIn, saidIn, turn } from '../support/dialects.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startCast } from './support/cast.mjs';

const THREAD_KEY = randomBytes(32).toString('base64url');
const door = new Door();

let cast, elsewhere;
before(async () => {
  elsewhere = await startProvider(makeKey());
  const agents = { default: new Diarist(door), other: new Diarist(door) };
  const vars = (idp) => ({ THREAD_KEY, ISSUERS: [idp.trusted(), elsewhere.trusted()] });
  cast = await startCast({ agents, vars });
});
after(() => cast?.close());

/** Requests that show a thread's contents to whoever may see them. */
const READS = {
  'agent/connect': (dialect, threadId) => dialect.agent('connect', 'default', turn({ threadId })),
  'agent/connect through another agent': (dialect, threadId) => dialect.agent('connect', 'other', turn({ threadId })),
  'threads/messages': (dialect, id) => dialect.resource('GET', `/threads/${id}/messages`),
  'threads/events': (dialect, id) => dialect.resource('GET', `/threads/${id}/events`),
  'threads/state': (dialect, id) => dialect.resource('GET', `/threads/${id}/state`),
};

/** Requests that name a thread, or a list of them, and must not show somebody else's either. */
const OTHERS = {
  'agent/run': (dialect, threadId) => dialect.agent('run', 'default', turn({ threadId, says: 'And?' })),
  'agent/run of another agent': (dialect, threadId) => dialect.agent('run', 'other', turn({ threadId, says: 'And?' })),
  'agent/suggest': (dialect, threadId) => dialect.agent('suggest', 'default', turn({ threadId, says: 'And?' })),
  'agent/stop': (dialect, id) => dialect.stop('default', id),
  'threads/list': (dialect) => dialect.resource('GET', '/threads'),
  'threads/list of one agent': (dialect) => dialect.resource('GET', '/threads?agentId=default&limit=100'),
  'threads/list with what is archived': (dialect) => dialect.resource('GET', '/threads?includeArchived=true'),
  'threads/update': (dialect, id) => dialect.resource('PATCH', `/threads/${id}`, { agentId: 'default', name: 'mine' }),
  'threads/update, deleting': (dialect, id) => dialect.resource('DELETE', `/threads/${id}`, { agentId: 'default' }),
  'threads/archive': (dialect, id) => dialect.resource('POST', `/threads/${id}/archive`, { agentId: 'default' }),
  'threads/subscribe': (dialect) => dialect.resource('POST', '/threads/subscribe', {}),
  annotate: (dialect, threadId) => dialect.resource('POST', '/annotate', { type: 'thumbs', threadId }),
};

for (const mode of MODES) {
  for (const spoken of MODES) describe(`a ${mode} runtime and a ${spoken} client`, () => suite(mode, DIALECTS[spoken]));
}

function suite(mode, dialect) {
  /** What alice wrote, and where: the id that she chose and the sealed one that the runtime knows. */
  let diary, chosen, sealed;
  const as = (token) => async (request) => cast.gates[mode].send({ ...request, token });
  const alice = (request) => as(cast.idp.token({ sub: 'alice' }))(request);
  const bob = (request) => as(cast.idp.token({ sub: 'bob' }))(request);
  const run = (threadId, says, more) => dialect.agent('run', 'default', turn({ threadId, says, ...more }));

  beforeEach(async () => {
    diary = `Dear diary, ${randomUUID()}`;
    chosen = `chat-${randomUUID()}`;
    const answer = await alice(run(chosen, diary, { state: { note: diary } }));
    assert.equal(answer.status, 200, answer.text);
    sealed = threadOf(answer);
    assert.notEqual(sealed, chosen);
  });

  it('its owner finds it again, by the id that she chose and by the sealed one', async () => {
    for (const id of [chosen, sealed]) {
      for (const [name, ask] of Object.entries(READS)) {
        const answer = await alice(ask(dialect, id));
        assert.equal(answer.status, 200, `${name}: ${answer.text}`);
        assert.ok(answer.text.includes(diary), `${name} of ${id} shows ${answer.text}`);
      }
    }
    assert.ok((await threadsOf(alice)).includes(sealed));
  });

  it('connect replays what happened, and a further run continues it', async () => {
    assert.equal(threadOf(await alice(run(chosen, 'Day two'))), sealed);
    const replay = await alice(READS['agent/connect'](dialect, chosen));
    const said = saidIn(replay);
    assert.ok(said.includes(`You said: ${diary}`) && said.includes('You said: Day two'), said);
    const runs = eventsIn(replay).filter(({ type }) => type === 'RUN_STARTED');
    assert.deepEqual(
      runs.map(({ threadId }) => threadId),
      [sealed, sealed],
    );
  });

  it('the runtime by itself shows it to anybody', async () => {
    for (const [name, ask] of Object.entries(READS)) {
      const answer = await cast.bare[mode].send(ask(DIALECTS[mode], sealed));
      assert.ok(answer.text.includes(diary), `${name} shows ${answer.text}`);
    }
  });

  for (const [name, ask] of Object.entries({ ...READS, ...OTHERS })) {
    it(`nobody else sees it with ${name}`, async () => {
      for (const id of [chosen, sealed, sealed.toUpperCase(), `${sealed}%20`, `{${sealed}}`]) {
        const answer = await bob(ask(dialect, id));
        assert.ok(!answer.text.includes(diary), `with ${id}: ${answer.text}`);
        assert.ok(answer.status < 500 && answer.status !== 401, `with ${id}: ${answer.status} ${answer.text}`);
      }
      assert.ok(!(await threadsOf(bob)).includes(sealed));
      // Nor has anything happened to it.
      const left = await alice(READS['threads/messages'](dialect, chosen));
      assert.deepEqual(contents(left), [diary, said(left)]);
    });
  }

  it('two who choose the same id have two threads, and a namesake elsewhere a third', async () => {
    const namesake = as(elsewhere.token({ sub: 'alice' }));
    const theirs = { "bob's": bob, "the namesake's": namesake };
    const ids = new Set([sealed]);
    for (const [whose, who] of Object.entries(theirs)) {
      const words = `${whose} ${randomUUID()}`;
      ids.add(threadOf(await who(run(chosen, words))));
      const replay = await who(READS['agent/connect'](dialect, chosen));
      assert.ok(replay.text.includes(words) && !replay.text.includes(diary), replay.text);
      assert.ok(!(await alice(READS['agent/connect'](dialect, chosen))).text.includes(words));
      assert.ok(!(await threadsOf(who)).includes(sealed));
    }
    assert.equal(ids.size, 3);
  });

  it('a sealed id in other hands is an id like any other: a thread of their own, the same each time', async () => {
    const words = `Mine now ${randomUUID()}`;
    const own = threadOf(await bob(run(sealed, words)));
    assert.notEqual(own, sealed);
    assert.equal(threadOf(await bob(run(sealed, 'Still mine'))), own);
    assert.ok((await threadsOf(bob)).includes(own));
    assert.ok(!(await threadsOf(alice)).includes(own));
    for (const ask of Object.values(READS)) {
      for (const id of [chosen, sealed, own]) assert.ok(!(await alice(ask(dialect, id))).text.includes(words));
    }
  });

  it('nobody else stops a run, or joins it while it lasts; its owner can do both', async () => {
    door.shut();
    const running = alice(run(chosen, `${WAIT}, diary`));
    await door.arrived;
    for (const id of [chosen, sealed]) {
      for (const agent of ['default', 'other']) {
        const stop = await bob(dialect.stop(agent, id));
        assert.equal(stop.status, 200, stop.text);
        assert.equal(stop.json.stopped, false);
        assert.ok(!stop.text.includes(sealed));
      }
      // Were it hers, it would stay open as long as her run.
      assert.equal((await bob(READS['agent/connect'](dialect, id))).text, '');
    }
    const joined = await listen(READS['agent/connect'](dialect, chosen));
    while (!(await joined())?.includes(WAIT)); // the owner sees the run that still waits
    assert.equal((await alice(dialect.stop('default', chosen))).json.stopped, true);
    door.open();
    assert.ok(!saidIn(await running).includes(WAIT), 'stopped before its last words');
  });

  it("nobody wipes everybody's threads, or listens to everybody's runs", async () => {
    for (const path of ['/threads/clear', '/x/threads/clear', '/threads/threads/clear', '/threads//clear']) {
      for (const who of [bob, alice]) {
        const answer = await who(dialect.resource('POST', path, {}));
        assert.ok([403, 404].includes(answer.status), `${path}: ${answer.status}`);
      }
    }
    const listening = await bob({ path: '/cpk-debug-events' });
    assert.equal(listening.status, 403);
    assert.ok((await alice(READS['agent/connect'](dialect, chosen))).text.includes(diary));
  });

  /** The chunks of an answer to alice, as they arrive. */
  async function listen({ body, ...head }) {
    const { request, response } = cast.gates[mode].open({ ...head, token: cast.idp.token({ sub: 'alice' }) });
    request.end(body);
    return chunks(await response);
  }

  async function threadsOf(who) {
    const answer = await who(dialect.resource('GET', '/threads?limit=1000'));
    assert.equal(answer.status, 200, answer.text);
    return answer.json.threads.map(({ id }) => id);
  }
}

/** The thread that a run took place in, as the runtime names it. */
function threadOf(answer) {
  const started = eventsIn(answer).find(({ type }) => type === 'RUN_STARTED');
  assert.ok(started, answer.text);
  return started.threadId;
}

/** What was said in a thread, in order. */
const contents = ({ json }) => json.messages.map(({ content }) => content);
const said = ({ json }) => json.messages.findLast(({ role }) => role === 'assistant')?.content;
