// What a page hears of its agent's insides: from a gate that hides them, and from the runtime alone.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ROOT } from '../../../scripts/lib/paths.mjs';
import { DIALECTS, turn } from '../../support/dialects.mjs';
import { FAILING, REFUSED, VENDORS_WORDS } from './model.mjs';
import { setStage } from './stage.mjs';

/** What a page has no business to know → texts by which it is recognised. The first two are those of the examples. */
const INSIDES = {
  instructions: ['You help people with their reports.'],
  model: ['gpt-5-mini', 'gemini-3-flash'],
  address: ['127.0.0.1', 'localhost', '[::1]'],
  path: [ROOT, 'site-packages', 'node_modules'],
  vendor: VENDORS_WORDS,
};

/** When an agent may tell of them → what its user says, and what the assistant says then. */
const MOMENTS = {
  answer: { says: 'Hello', said: 'You said: Hello' },
  tool: { says: 'Publish Q3', said: "Published 'Q3' for alice, admin." },
  failure: { says: FAILING, said: 'It failed.' },
  refusal: { says: REFUSED, said: '' },
  outage: { says: 'Hello', said: '' },
};

/** What is heard whenever the vendor answers. */
export const inAnswers = (...names) => ({ answer: names, tool: names, failure: names });

/**
 * Proves what a page hears of a run, of a `connect` to its thread and of that thread's events, byte for byte. At the end the
 * stand-in for the model is closed.
 *
 * - `stage`: gives the stage; `question`: as for `prove`; `lie`: gives the lies that tell the runtime alone who asks.
 * - `heard`: moment (of `MOMENTS`) → what of `INSIDES` is heard from the runtime alone; `null` where it lets nothing in then.
 * - `unhidden`: moment → what is heard from the gate as well, because only lines of the example hide it that the stage leaves out.
 * - `speech`: moment → what its assistant says instead of what others do.
 * - `patient`: moments in which it asks its vendor again for longer than a test may take. They are left out.
 */
export function provesHearing(
  stage,
  { question, lie = () => ({}), heard = {}, unhidden = {}, speech = {}, patient = [] },
) {
  const moments = Object.entries(MOMENTS).filter(([moment]) => !patient.includes(moment));
  for (const [moment, { says, ...usual }] of moments) {
    const said = speech[moment] ?? usual.said;
    describe(moment, () => {
      let fromGate, fromRuntime;
      before(async () => {
        if (moment === 'outage') await stage().model.close();
        const { hiding, bare } = stage();
        fromGate = hear(stage(), hiding, says, { question });
        fromRuntime = heard && hear(stage(), bare, says, { question, lie: lie() });
        await Promise.allSettled([fromGate, fromRuntime]);
      });

      const expected = unhidden[moment] ?? [];
      it(`from the gate: ${listed(expected)}`, async () => {
        const { turn, text } = await fromGate;
        if (said === '') assert.equal(turn.said, said);
        else assert.ok(turn.said.includes(said), turn.text);
        isHeard(text, expected);
      });

      if (!heard) return;
      const told = heard[moment] ?? [];
      it(`from the runtime alone: ${listed(told)}`, async () => isHeard((await fromRuntime).text, told));
    });
  }
}

/**
 * Proves that a page hears `insides` (of `INSIDES`) at a `moment` (of `MOMENTS`), from a gate that hides them, without the part
 * of the example that leaves them out. `name` and `staged`: as for `setStage`; `changes`: the files without that part.
 */
export function isHeardWithout(changes, name, staged, { insides = ['model'], moment = 'answer' } = {}) {
  it(`without the line of the example that leaves it out, a page hears: ${listed(insides)}`, async () => {
    const open = await setStage(name, { ...staged, backend: (how) => ({ ...staged.backend(how), changes }) });
    try {
      isHeard((await hear(open, open.hiding, MOMENTS[moment].says, {})).text, insides);
    } finally {
      await open.close();
    }
  });
}

const listed = (names) => names.join(', ') || 'nothing';

/** Says something, and answers what is asked back; resolves to the last turn, and the bytes of all that is heard as a text. */
async function hear(stage, at, says, { question, lie }) {
  const answers = [];
  const send = async (request) => {
    const answer = await at.send(request);
    answers.push(answer);
    return answer;
  };
  const { token, agent } = stage.chat('alice', { at });
  const chat = stage.chat('alice', { at, threadId: agent.threadId, fetch: by(send) });
  const asked = await chat.say(says, lie);
  const last = question?.in(asked) ? await question.answer(chat, 'yes', lie, asked) : asked;

  const { threadId } = agent;
  const dialect = DIALECTS[at.mode ?? 'multi-route'];
  await send({ ...dialect.agent('connect', 'default', turn({ threadId })), token });
  await send({ ...dialect.resource('GET', `/threads/${threadId}/events`), token });
  for (const { text } of answers) assert.ok(text.includes('RUN_STARTED'), text);
  return { turn: last, text: answers.map(({ pairs, text }) => `${JSON.stringify(pairs)}\n${text}`).join('\n') };
}

/** A `fetch` that sends by `send`, and reads the whole answer first. */
const by =
  (send) =>
  async (url, { headers, body }) => {
    const path = new URL(url).pathname;
    const answer = await send({ method: 'POST', base: '', path, headers: Object.entries(headers), body });
    const { status } = answer;
    return new Response(answer.bytes, { status, headers: { 'content-type': answer.headers['content-type'] } });
  };

function isHeard(text, expected) {
  const found = Object.keys(INSIDES).filter((name) => partOf(text, name) !== undefined);
  const shown = found.map((name) => `${name}: ${around(text, partOf(text, name))}`).join('\n');
  assert.deepEqual(found, expected, shown);
}

const partOf = (text, name) => INSIDES[name].find((part) => text.includes(part));

const around = (text, part) => text.slice(Math.max(0, text.indexOf(part) - 300), text.indexOf(part) + 200);
