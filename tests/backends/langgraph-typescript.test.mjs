// LangGraph's server for TypeScript, as `langgraphjs dev` runs it: it verifies the token that the gate forwards, and binds
// threads to users by the handlers of its example. The gate lets a page choose one member of the graph's context.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { homeOf } from '../../scripts/lib/backends.mjs';
import { newNode } from '../../scripts/lib/npm.mjs';
import { freeUrl } from '../support/port.mjs';
import { inAnswers } from './support/hearing.mjs';
import { hearsNoRawEvents, interrupt } from './support/langgraph.mjs';
import { lies } from './support/lies.mjs';
import { prove } from './support/prove.mjs';
import { runtime } from './support/runtime.mjs';

const CLI = join(homeOf('langgraph-typescript'), 'node_modules/@langchain/langgraph-cli/dist/cli/cli.mjs');
/** Each worker looks for runs about twice a second, so that many of them begin a run sooner. */
const HOW = ['--no-browser', '--no-reload', '--n-jobs-per-worker', '100'];

/** The runtime of the example and, at an address of its own, LangGraph's server; `changes` are changes of files. */
const started =
  (url, changes = {}) =>
  (how) => {
    const { env, ...rest } = runtime('runtime.mjs')(how);
    const command = [newNode(), CLI, 'dev', ...HOW, '--host', '127.0.0.1', '--port', new URL(url).port];
    // Whether its vendor is away shows at the first try.
    const quick = { 'agent.ts': (text) => text.replace('new ChatOpenAI({', 'new ChatOpenAI({ maxRetries: 0,') };
    return {
      ...rest,
      beside: [{ command, ready: /Server running at/ }],
      changes: { ...quick, ...changes },
      env: { ...env, LANGGRAPH_URL: url },
    };
  };

const LANGGRAPH_URL = await freeUrl();
const loud = started(await freeUrl(), {
  'runtime.mjs': (text) => text.replace('agent.use(withoutInsides)', 'agent'),
});

/** What those lines keep from a page; a question of the tool is an exception with a stack trace. */
const LOUD = {
  answer: ['instructions', 'model', 'address'],
  tool: ['instructions', 'model', 'address', 'path'],
  failure: ['instructions', 'model', 'address'],
  refusal: ['instructions', 'model', 'address', 'vendor'],
  outage: ['instructions', 'model', 'address'],
};

/** Names of the user that the server does not write itself. */
const OTHERS = { user_id: 'alice', 'x-user': 'alice', __user: 'alice' };
const CONFIGURABLE = { ...lies({})['in config.configurable'].forwardedProps.config.configurable, ...OTHERS };

prove('langgraph-typescript', {
  backend: started(LANGGRAPH_URL),
  vars: { PROPERTIES: ['config.configurable.tone'] },
  threads: true,
  instructed: ['system later'],
  refuses: ['in a command'],
  owner: true,
  question: interrupt,
  heard: { refusal: ['vendor'] },
  more(stage, { silent }) {
    /** Asks LangGraph's server itself. */
    const ask = async (user, path, body) => {
      const headers = { authorization: `Bearer ${stage().tokens[user]}`, 'content-type': 'application/json' };
      const method = body ? 'POST' : 'GET';
      const answer = await fetch(LANGGRAPH_URL + path, { method, headers, body: body && JSON.stringify(body) });
      return { status: answer.status, text: await answer.text() };
    };

    hearsNoRawEvents(
      stage,
      'langgraph-typescript',
      { backend: loud },
      { lie: lies({})['in stream modes'], isTold: true, hears: { heard: LOUD, unhidden: inAnswers('model') } },
    );

    /** The configuration and the context of the last run of a thread. */
    async function keptOf(threadId) {
      const [{ kwargs }] = JSON.parse((await ask('bob', `/threads/${threadId}/runs`)).text);
      return { configurable: kwargs.config.configurable, context: kwargs.context };
    }
    const lie = { forwardedProps: { config: { configurable: CONFIGURABLE }, context: { user_id: 'alice' } } };
    const isBob = ({ configurable }) => {
      assert.equal(configurable.langgraph_auth_user.identity, 'bob');
      assert.equal(configurable.langgraph_auth_user_id, 'bob');
      assert.deepEqual(configurable.langgraph_auth_permissions, []);
    };

    it('nothing in configurable and context names another user', async () => {
      const kept = await keptOf((await stage().chat('bob').say('Hello', lie)).threadId);
      isBob(kept);
      assert.equal(kept.configurable['x-user-id'], 'bob');
      assert.equal(kept.configurable.user_id, 'bob');
      silent({ text: JSON.stringify(kept) }, 'alice');
    });

    it('on the runtime alone, the context does', async () => {
      const { bare, chat } = stage();
      const kept = await keptOf((await chat('bob', { at: bare }).say('Hello', lie)).threadId);
      isBob(kept);
      assert.equal(kept.context.user_id, 'alice');
    });

    it('at its server, what that does not write itself in configurable does', async () => {
      const { thread_id } = JSON.parse((await ask('bob', '/threads', {})).text);
      const input = { messages: [{ role: 'user', content: 'Hello' }] };
      const run = { assistant_id: 'agent', input, config: { configurable: CONFIGURABLE } };
      assert.equal((await ask('bob', `/threads/${thread_id}/runs/wait`, run)).status, 200);
      const kept = await keptOf(thread_id);
      isBob(kept);
      for (const [name, value] of Object.entries(OTHERS)) assert.equal(kept.configurable[name], value, name);
    });

    it("a page chooses the member of the graph's context that PROPERTIES names, and no other", async () => {
      const { chat, model } = stage();
      const before = model.count;
      const configurable = { tone: 'formal', ...OTHERS };
      await chat('bob').say('Hello', { forwardedProps: { config: { configurable } } });
      const prompt = model.promptsSince(before);
      assert.ok(prompt.includes('Your tone is formal.'), prompt);
    });

    it('a browser cannot choose where a run goes on; on the runtime alone it can', async () => {
      const call = { id: 'call-1', name: 'publish_report', args: { title: 'Q4' } };
      const command = { goto: 'tools', update: { messages: [{ type: 'ai', content: '', tool_calls: [call] }] } };
      const say = (at) => stage().chat('bob', { at }).say('Hello', { forwardedProps: { command } });
      silent(await say(stage().gate), 'Declined');
      assert.ok((await say(stage().bare)).said.includes('It says: Declined'));
    });

    it('its own API shows each user their own threads, and nobody any without a token', async () => {
      const { chat, tokens } = stage();
      const { threadId } = await chat('alice').say('Hello');
      for (const path of ['', '/state', '/history', '/runs']) {
        const { status, text } = await ask('alice', `/threads/${threadId}${path}`);
        assert.equal(status, 200, text);
        assert.ok(!text.includes(tokens.alice.split('.')[2]), text);
        const { status: carols, text: told } = await ask('carol', `/threads/${threadId}${path}`);
        assert.ok(carols === 404 || told === '[]', `${path}: ${carols} ${told}`);
      }
      assert.ok((await ask('alice', '/threads/search', { limit: 1000 })).text.includes(threadId));
      assert.ok(!(await ask('carol', '/threads/search', { limit: 1000 })).text.includes(threadId));
      assert.equal((await fetch(`${LANGGRAPH_URL}/threads/${threadId}`)).status, 401);
    });
  },
});
