// LangGraph's platform server, as `langgraph dev` runs it: it verifies the token that the gate forwards, and binds threads to
// users itself. What is left to the gate are the runtime's own threads, and what a browser may ask of a run.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { freeUrl } from '../support/port.mjs';
import { inAnswers } from './support/hearing.mjs';
import { hearsNoRawEvents, interrupt } from './support/langgraph.mjs';
import { lies } from './support/lies.mjs';
import { prove } from './support/prove.mjs';
import { runtime } from './support/runtime.mjs';

const ANYWHERE = { url: { disable_loopback: false, require_https: false } };

/** The runtime of the example and, at an address of its own, LangGraph's server; `changes` are more changes of files. */
const started = (url, changes) => (how) => {
  const { env, ...rest } = runtime('runtime.mjs')(how);
  const server = {
    command: ['langgraph', 'dev', '--no-browser', '--no-reload', '--port', new URL(url).port],
    ready: /Application started up/,
  };
  // A webhook may lead anywhere but to the server's own machine, which is where the test listens.
  const webhooks = { 'langgraph.json': (text) => JSON.stringify({ ...JSON.parse(text), webhooks: ANYWHERE }) };
  return { ...rest, beside: [server], changes: { ...webhooks, ...changes }, env: { ...env, LANGGRAPH_URL: url } };
};

const LANGGRAPH_URL = await freeUrl();
const loud = started(await freeUrl(), {
  'runtime.mjs': (text) => text.replace('agent.use(withoutInsides)', 'agent'),
});

/** Snapshots of the state and of the messages name the model. */
const TOLD = inAnswers('model');

/** What raw events tell. */
const INSIDES = ['instructions', 'model', 'address'];
const LOUD = {
  lie: lies({})['in stream modes'],
  isTold: true,
  hears: { heard: { ...inAnswers(...INSIDES), refusal: INSIDES, outage: INSIDES }, unhidden: TOLD },
};

prove('langgraph-platform', {
  backend: started(LANGGRAPH_URL),
  threads: true,
  instructed: ['system later'],
  owner: true,
  question: interrupt,
  more(stage) {
    hearsNoRawEvents(stage, 'langgraph-platform', { backend: loud }, LOUD);

    it('a browser cannot choose where a run goes on; on the runtime alone it can', async () => {
      const call = { id: 'call-1', name: 'publish_report', args: { title: 'Q4' } };
      const command = { goto: 'tools', update: { messages: [{ type: 'ai', content: '', tool_calls: [call] }] } };
      const say = (at) => stage().chat('bob', { at }).say('Hello', { forwardedProps: { command } });
      assert.ok((await say(stage().gate)).said.includes('You said: Hello'));
      assert.ok((await say(stage().bare)).said.includes('It says: Declined'));
    });

    it('a webhook is called only on the runtime alone', async () => {
      const { bare, chat, listener } = stage();
      const { threadId } = await chat('bob', { at: bare }).say('Hello', { forwardedProps: { webhook: listener.url } });
      assert.equal(JSON.parse(await listener.call()).thread_id, threadId);
      // Those that were asked for through the gate would have come first.
      assert.equal(listener.calls.length, 1);
    });

    it("its own API shows each user their own threads, without anybody's token", async () => {
      const { chat, tokens } = stage();
      const { threadId } = await chat('alice').say('Hello');
      const ask = async (user, path, body) => {
        const headers = { authorization: `Bearer ${tokens[user]}`, 'content-type': 'application/json' };
        const method = body ? 'POST' : 'GET';
        const answer = await fetch(LANGGRAPH_URL + path, { method, headers, body: body && JSON.stringify(body) });
        return { status: answer.status, text: await answer.text() };
      };
      for (const path of ['', '/state', '/history', '/runs']) {
        const { status, text } = await ask('alice', `/threads/${threadId}${path}`);
        assert.equal(status, 200, text);
        assert.ok(!text.includes(tokens.alice.split('.')[2]), text);
        assert.equal((await ask('carol', `/threads/${threadId}${path}`)).status, 404);
      }
      assert.ok((await ask('alice', '/threads/search', { limit: 1000 })).text.includes(threadId));
      assert.ok(!(await ask('carol', '/threads/search', { limit: 1000 })).text.includes(threadId));
      assert.equal((await fetch(`${LANGGRAPH_URL}/threads/${threadId}`)).status, 401);
    });
  },
});
