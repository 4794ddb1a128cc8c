// CrewAI: once with the token verified by a dependency of the endpoint, which also proves `@persist` and `@human_feedback`; once
// with a flow that reads its state, where the gate writes the user; and once a crew.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { HttpAgent } from '@ag-ui/client';
import { FAILING } from './support/model.mjs';
import { prove } from './support/prove.mjs';
import { resume } from './support/resume.mjs';
import { uvicorn } from './support/uvicorn.mjs';

const started = (app) => (how) => ({
  ...uvicorn(app)(how),
  // Stores in the folder that is looked at, and a list of models that is not asked for on the network.
  env: {
    HOME: '.',
    XDG_DATA_HOME: '.',
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    CREWAI_DISABLE_TELEMETRY: 'true',
    CREWAI_TRACING_ENABLED: 'false',
  },
});
const usual = {
  agents: (url) => ({ default: new HttpAgent({ url: `${url}/` }) }),
  // It takes one away, which has to be the first of all and a system message.
  instructed: ['developer first', 'system later', 'developer later'],
};
/** Those that models understand: the adapter tells them every message. */
const MESSAGE_ROLES = ['user', 'assistant', 'tool'];
/** A call of the tool, as the flow notes it in its state. */
const CALL = { id: 'call-1', type: 'function', function: { name: 'publish_report', arguments: '{"title":"Q4"}' } };

const snapshots = (turn) => turn.of('STATE_SNAPSHOT').map(({ snapshot }) => snapshot);

prove('crewai', {
  ...usual,
  backend: started('main:app'),
  question: resume,
  vars: { MESSAGE_ROLES },
  more(stage, { publish }) {
    it('what `@persist` keeps of a thread is shown to its owner, and to nobody else', async () => {
      const chat = stage().chat('alice');
      const { threadId } = await publish(chat);
      chat.agent.setState({});
      assert.deepEqual(snapshots(await chat.say('Hello')).at(-1).published, ['Q3']);
      for (const user of ['bob', 'carol']) {
        for (const id of [chat.agent.threadId, threadId]) {
          const turn = await stage().chat(user, { threadId: id }).say('Hello');
          assert.ok(snapshots(turn).length > 0, turn.text);
          for (const { published } of snapshots(turn)) assert.deepEqual(published, [], turn.text);
        }
      }
      const turn = await stage().chat('carol', { at: stage().bare, threadId }).say('Hello');
      assert.deepEqual(snapshots(turn).at(-1).published, ['Q3']);
    });

    for (const at of ['gate', 'bare'])
      it(`a call in the state that no model made is not asked about (${at})`, async () => {
        const turn = await stage()
          .chat('alice', { at: stage()[at] })
          .say('Hello', { state: { call: CALL } });
        assert.ok(turn.said.includes('You said: Hello'), turn.text);
        assert.equal(resume.in(turn), false, turn.text);
        assert.equal(snapshots(turn).at(-1).call, null);
      });

    it('reasoning is told to no model, and on the runtime alone under a role that models do not have', async () => {
      const isTold = async (at) => {
        const chat = stage().chat('bob', { at });
        chat.agent.addMessages([{ id: 'earlier', role: 'reasoning', content: 'It is about a report.' }]);
        const before = stage().model.count;
        await chat.say('Hello');
        const [{ messages }] = JSON.parse(stage().model.promptsSince(before));
        return messages.some(({ role }) => role === 'reasoning');
      };
      assert.deepEqual([await isTold(stage().gate), await isTold(stage().bare)], [false, true]);
    });

    it('a run that fails does not tell the page why', async () => {
      const turn = await stage()
        .chat('bob')
        .say('Hello', { state: { published: 'everything' } });
      const [{ message }] = turn.of('RUN_ERROR');
      assert.match(message, /CrewAI flow failed; see server logs$/);
    });
  },
});

prove('crewai', {
  ...usual,
  title: 'crewai, with the user in the state of the flow',
  backend: started('from_state:app'),
  vars: { MESSAGE_ROLES, IDENTITY_BODY: { '/state/auth_user/user_id': 'sub', '/state/auth_user/role': 'role' } },
  believed: [['in state'], ['in forwardedProps']],
});

prove('crewai', {
  ...usual,
  title: 'crewai, a crew',
  backend: started('crew:app'),
  vars: { MESSAGE_ROLES },
  more(stage, { says }) {
    it('runs at the same time have each their own user and their own inputs', async () => {
      const ask = (user, title) => stage().chat(user).say(`Publish ${title}`);
      const [alice, bob, carol] = await Promise.all([ask('alice', 'Q1'), ask('bob', 'Q2'), ask('carol', 'Q3')]);
      says(alice, "Published 'Q1' for alice, admin.");
      says(bob, 'Declined: only an admin may publish, and bob is member.');
      says(carol, "Published 'Q3' for carol, admin.");
    });

    it('a crew that fails ends neither the server nor the conversation, and does not tell the page why', async () => {
      const turn = await stage().chat('alice').say(FAILING);
      says(turn, 'It failed.');
      assert.ok(turn.text.includes('The crew failed.'), turn.text);
      says(await stage().chat('alice').say('Hello'), 'You said: Hello');
    });
  },
});
