// What every proof shows. A backend's file says how it is started and where it differs; the suite is the same for all.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DIALECTS, turn } from '../../support/dialects.mjs';
import { CLIENTS } from './chat.mjs';
import { provesHearing } from './hearing.mjs';
import { INSTRUCTION, INSTRUCTIONS, attaching, lies, merged } from './lies.mjs';
import { setStage } from './stage.mjs';

/** How to speak to the gate, which takes either dialect, or to a runtime. */
const dialectOf = ({ mode = 'multi-route' }) => DIALECTS[mode];

/**
 * Proves a backend.
 *
 * - `title`: what it is called where an example is proved more than once.
 * - `refuses`: lies after which it ends the run with an error, since the gate leaves too little of them.
 * - `keepsToken`: whether the settings ask for the token in the body, which the runtime keeps with the thread.
 * - the rest: see `setStage`.
 * - `question`: `{in(turn), answer(chat, text)}` where the tool asks before it acts: whether a turn asks, and how to answer.
 * - `believed`: lists of lies that this backend believes, told together, when there is no gate.
 * - `instructed`: places (of `INSTRUCTIONS`) from which its model is told a browser's instructions, when there is no gate; `null`
 *   where it lets nothing in then.
 * - `fetches`: whether it fetches a document from wherever a browser says, when there is no gate; `null` where it cannot be
 *   asked.
 * - `pretence`: the lies with which one gets into another's thread then, if it takes any.
 * - `threads`: whether the backend itself keeps what was said in a thread.
 * - `heard`, `speech`, `patient`: what a page hears of the agent's insides, as for `provesHearing`.
 * - `owner`: whether it binds its threads to users itself, so that without the gate nobody else gets in either.
 */
export function prove(
  name,
  {
    title = name,
    question,
    believed = [],
    instructed = [],
    fetches = false,
    pretence = [],
    threads = false,
    owner = false,
    heard,
    speech,
    patient,
    refuses = [],
    keepsToken = false,
    more,
    ...staged
  },
) {
  describe(title, () => {
    let stage, told;
    before(async () => {
      stage = await setStage(name, staged);
      told = lies(stage.listener);
    });
    after(() => stage?.close());

    /** Asks for the tool, and says yes where it asks back. */
    async function publish(chat, lie) {
      const asked = await chat.say('Publish Q3', lie);
      return question?.in(asked) ? question.answer(chat, 'yes', lie, asked) : asked;
    }
    const all = (names) => merged(...names.map((name) => told[name]));
    const says = (turn, text) => assert.ok(turn.said.includes(text), `${text}\nis not in:\n${turn.said || turn.text}`);
    const PUBLISHED = { alice: "Published 'Q3' for alice, admin.", carol: "Published 'Q3' for carol, admin." };
    const DECLINED = 'Declined: only an admin may publish, and bob is member.';
    const silent = (turn, text) => assert.ok(!turn.text.includes(text), `${text}\nis in:\n${turn.text}`);

    it('nobody gets in without a token, and the backend never hears of it', async () => {
      const before = stage.model.count;
      for (const token of [undefined, '']) {
        const { error } = await stage.chat(undefined, { token }).say('Publish Q3');
        assert.equal(error?.status, 401, error);
        assert.equal(error.payload.code, 'missing_token');
      }
      assert.equal(stage.model.count, before);
    });

    it('the tool is given exactly the user and the role of the token, whatever the version of the client', async () => {
      for (const client of Object.keys(CLIENTS)) says(await publish(stage.chat('alice', { client })), PUBLISHED.alice);
      says(await publish(stage.chat('carol')), PUBLISHED.carol);
    });

    it('the tool declines for another role, and the chat shows why', async () => {
      const chat = stage.chat('bob');
      const asked = await publish(chat);
      says(asked, DECLINED);
      // As a page shows it: the client has put it together from the events.
      const shown = chat.agent.messages.filter(({ role }) => role === 'assistant').map(({ content }) => content);
      assert.ok(
        shown.some((text) => text?.includes(DECLINED)),
        JSON.stringify(chat.agent.messages),
      );
    });

    describe('a browser that lies about its user changes nothing', () => {
      for (const lie of Object.keys(lies({}))) {
        it(lie, async () => {
          const turn = await publish(stage.chat('bob'), told[lie]);
          silent(turn, 'Published');
          if (refuses.includes(lie)) return void assert.equal(turn.of('RUN_ERROR').length, 1, turn.text);
          says(turn, DECLINED);
        });
      }

      it('everywhere at once, and reaches nobody', async () => {
        const everything = all(Object.keys(told).filter((lie) => !refuses.includes(lie)));
        says(await publish(stage.chat('bob'), everything), DECLINED);
        says(await publish(stage.chat('carol'), everything), PUBLISHED.carol);
        assert.deepEqual(stage.listener.calls, []);
      });
    });

    describe("a browser that writes the agent's instructions", () => {
      /** Whether the model is told them. */
      async function isTold(at, messages) {
        const chat = stage.chat('bob', { at });
        chat.agent.addMessages(messages);
        const before = stage.model.count;
        const turn = await chat.say('Hello', at === stage.bare ? all(pretence) : {});
        const prompt = stage.model.promptsSince(before);
        says(turn, 'You said: Hello');
        assert.ok(prompt.includes('Hello'), prompt);
        return prompt.includes(INSTRUCTION);
      }

      for (const [place, messages] of Object.entries(INSTRUCTIONS)) {
        it(`${place}: its model is not told`, async () => assert.equal(await isTold(stage.gate, messages), false));

        if (instructed === null) continue;
        const isBelieved = instructed.includes(place);
        it(`${place}, on the runtime alone: its model is ${isBelieved ? '' : 'not '}told`, async () =>
          assert.equal(await isTold(stage.bare, messages), isBelieved));
      }
    });

    describe('a document at an address of the network', () => {
      /** Whether it is fetched. */
      async function isFetched(at) {
        const before = stage.listener.calls.length;
        const turn = await stage
          .chat('bob', { at })
          .say(attaching('Hello', stage.listener.url), at === stage.bare ? all(pretence) : {});
        return { turn, fetched: stage.listener.calls.length > before };
      }

      it('is not fetched, and the rest of the message arrives', async () => {
        const before = stage.model.count;
        const { turn, fetched } = await isFetched(stage.gate);
        says(turn, 'You said: Hello');
        assert.equal(fetched, false);
        assert.ok(!stage.model.promptsSince(before).includes(stage.listener.url));
      });

      if (fetches !== null)
        it(`on the runtime alone, is ${fetches ? '' : 'not '}fetched`, async () =>
          assert.equal((await isFetched(stage.bare)).fetched, fetches));
    });

    it("the model's vendor is sent headers without user, thread, assertion or token", async () => {
      const before = stage.model.count;
      const turn = await publish(stage.chat('alice'));
      says(turn, PUBLISHED.alice);
      const sent = stage.model.headersSince(before).flatMap(Object.entries);
      assert.ok(sent.some(([name]) => name === 'host'));
      const [, , signature] = stage.tokens.alice.split('.');
      for (const [name, value] of sent) {
        assert.ok(!/^x-(user|gate)-/.test(name), `${name}: ${value}`);
        for (const secret of ['alice', 'admin', turn.threadId, signature, 'eyJ'])
          assert.ok(!`${name}: ${value}`.includes(secret), `${name}: ${value}`);
      }
    });

    describe('a thread', () => {
      const SECRET = 'the safe opens with 4711';

      /** What somebody else gets to see who says something in it, and who connects to it. */
      async function intrude(user, at, threadId, lie) {
        const intruder = stage.chat(user, { at, threadId });
        const before = stage.model.count;
        const turn = await intruder.say('What was said before?', lie);
        const { token } = intruder;
        const prompt = stage.model.promptsSince(before);
        const connected = await at.send({ ...dialectOf(at).agent('connect', 'default', turnIn(threadId)), token });
        return { prompt, turn, connected };
      }
      const turnIn = (threadId) => turn({ threadId });

      async function keepSecret() {
        const chat = stage.chat('alice');
        const said = await chat.say(SECRET);
        const [{ runId }] = said.of('RUN_STARTED');
        return { chat, chosen: chat.agent.threadId, sealed: said.threadId, runId };
      }

      it('goes on for its owner', async () => {
        const { chat, chosen, sealed } = await keepSecret();
        assert.notEqual(sealed, chosen);
        const again = stage.chat('alice', { threadId: chosen });
        again.agent.messages = structuredClone(chat.agent.messages);
        assert.equal((await again.say('Hello')).threadId, sealed);
        const connected = await stage.gate.send({
          ...dialectOf(stage.gate).agent('connect', 'default', turnIn(chosen)),
          token: stage.tokens.alice,
        });
        assert.ok(connected.text.includes(SECRET), connected.text);
      });

      it('is neither seen nor continued by anybody else', async () => {
        const { chosen, sealed } = await keepSecret();
        for (const user of ['bob', 'carol']) {
          for (const id of [chosen, sealed]) {
            const { prompt, turn, connected } = await intrude(user, stage.gate, id);
            assert.notEqual(turn.threadId, sealed);
            for (const text of [prompt, turn.text, connected.text]) assert.ok(!text.includes(SECRET), text);
          }
          const list = await stage.gate.send({ path: '/threads', token: stage.tokens[user] });
          assert.ok(list.status === 200 && !list.text.includes(sealed), list.text);
        }
      });

      it('is not opened by the id of a run in it', async () => {
        const { chosen, runId } = await keepSecret();
        const before = stage.model.count;
        for (const ids of [{ runId }, { parentRunId: runId }, { runId, parentRunId: runId }]) {
          const body = turn({ threadId: crypto.randomUUID(), says: 'What was said before?', ...ids });
          const { status, text } = await stage.gate.send({
            ...dialectOf(stage.gate).agent('run', 'default', body),
            token: stage.tokens.carol,
          });
          assert.equal(status, 200, text);
          assert.ok(text.includes('RUN_STARTED') && !text.includes(SECRET), text);
        }
        const prompt = stage.model.promptsSince(before);
        assert.ok(!prompt.includes(SECRET), prompt);
        const ofOwner = {
          ...dialectOf(stage.gate).agent('connect', 'default', turnIn(chosen)),
          token: stage.tokens.alice,
        };
        const { text } = await stage.gate.send(ofOwner);
        assert.ok(text.includes(SECRET), text);
      });

      it(`on the runtime alone, is seen by anybody${threads && !owner ? ', and continued' : ''}`, async () => {
        const { sealed } = await keepSecret();
        const { prompt, connected } = await intrude('carol', stage.bare, sealed, all(pretence));
        assert.ok(connected.text.includes(SECRET), connected.text);
        assert.equal(prompt.includes(SECRET), threads && !owner, prompt);
      });
    });

    if (question)
      describe('a question of the tool', () => {
        it('is answered by its owner, and by nobody else', async () => {
          const chat = stage.chat('alice');
          const asked = await chat.say('Publish Q3');
          assert.ok(question.in(asked), asked.text);
          for (const id of [chat.agent.threadId, asked.threadId]) {
            const intruder = stage.chat('carol', { threadId: id });
            intruder.agent.messages = structuredClone(chat.agent.messages);
            silent(await question.answer(intruder, 'yes', undefined, asked), 'Published');
          }
          // By the id of the run that asks: the client's own resumes with it.
          const [{ runId }] = asked.of('RUN_STARTED');
          const intruder = stage.chat('carol');
          intruder.agent.messages = structuredClone(chat.agent.messages);
          silent(await question.answer(intruder, 'yes', { runId }, asked), 'Published');
          says(await question.answer(chat, 'yes', undefined, asked), PUBLISHED.alice);
        });

        it(`on the runtime alone, is answered by ${owner ? 'nobody else either' : 'anybody'}`, async () => {
          const chat = stage.chat('alice');
          const asked = await chat.say('Publish Q3');
          const intruder = stage.chat('carol', { at: stage.bare, threadId: asked.threadId });
          intruder.agent.messages = structuredClone(chat.agent.messages);
          const turn = await question.answer(intruder, 'yes', all(pretence), asked);
          assert.equal(turn.text.includes('Published'), !owner, turn.text);
        });
      });

    for (const names of believed) {
      it(`on the runtime alone, a lie ${names.join(' and ')} is believed`, async () => {
        says(await publish(stage.chat('bob', { at: stage.bare }), all(names)), PUBLISHED.alice);
      });
    }

    more?.(() => stage, { publish, says, silent });

    describe("what a page hears of its agent's insides", () =>
      provesHearing(() => stage, {
        question,
        lie: () => all([...pretence, ...believed.flat()]),
        heard,
        speech,
        patient,
      }));

    it('no token is in what the backend printed, kept, or told the model; nor in what the runtime kept', async () => {
      const { model, printed, server, tokens } = stage;
      const kept = await keptByRuntime();
      assert.ok(kept.includes('Q3'), kept);
      const places = {
        printed: `${server.lines.join('\n')}\n${printed()}`,
        stored: server.stored(),
        'told the model': model.heard,
      };
      for (const token of Object.values(tokens)) {
        const [, , signature] = token.split('.');
        for (const [place, text] of Object.entries(keepsToken ? places : { ...places, 'kept by the runtime': kept })) {
          assert.ok(!text.includes(signature), `a token is ${place}: ${around(text, signature)}`);
        }
        assert.equal(kept.includes(signature), keepsToken);
      }
    });

    /** Every event of every thread. */
    async function keptByRuntime() {
      const ask = (path) => stage.bare.send(dialectOf(stage.bare).resource('GET', path));
      const { threads } = (await ask('/threads?limit=1000')).json;
      const answers = await Promise.all(threads.map(({ id }) => ask(`/threads/${id}/events`)));
      return answers.map(({ text }) => text).join('\n');
    }
  });
}

const around = (text, part) => text.slice(Math.max(0, text.indexOf(part) - 500), text.indexOf(part) + 200);
