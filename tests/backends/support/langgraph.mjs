// What LangGraph's two servers share: interrupts, as CopilotKit's `useLangGraphInterrupt` meets and answers them, and the
// stream modes that a page may ask for.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { provesHearing } from './hearing.mjs';
import { setStage } from './stage.mjs';

export const interrupt = {
  in: (turn) => turn.of('CUSTOM').some(({ name }) => name === 'on_interrupt'),
  answer: (chat, resume, lie) => chat.run({ forwardedProps: { command: { resume } } }, lie),
};

/** The header fields by which the gate says who asks. */
const HEADERS = { 'x-gate-assertion': 'e30.e30.e30', 'x-user-id': 'alice', 'x-user-role': 'admin' };

/**
 * Proves that a page never hears the headers of its own request, whatever stream modes it asks for. `isTold`: whether it
 * does without the gate. `lie`: the modes.
 */
function hearsNoHeaders(stage, lie, isTold) {
  const heard = ({ text }) => Object.keys(HEADERS).filter((name) => text.includes(name));

  it('whatever events a page asks for, it hears neither the assertion nor the identity headers', async () => {
    const turn = await stage().chat('alice').say('Hello', lie);
    assert.ok(turn.said.includes('You said: Hello'), turn.text);
    assert.deepEqual(heard(turn), [], turn.text);
    assert.ok(!/eyJ[\w-]+\.eyJ/.test(turn.text), turn.text);
  });

  it(`on the runtime alone, it ${isTold ? 'hears all of them' : 'does not either'}`, async () => {
    const turn = await stage()
      .chat('alice', { at: stage().bare })
      .say('Hello', { ...lie, headers: HEADERS });
    assert.deepEqual(heard(turn), isTold ? Object.keys(HEADERS) : [], turn.text);
  });
}

/**
 * Proves that a page hears none of LangGraph's own events, and what it hears without the lines of the example that leave them
 * out. `staged`: the example without them, as for `setStage`; `lie` and `isTold`: as for `hearsNoHeaders`, there; `hears`: how
 * to ask then, and what is heard of the agent's insides, as for `provesHearing`.
 */
export function hearsNoRawEvents(stage, name, staged, { lie, isTold, hears }) {
  const turnOn = (at) => at.chat('alice').say('Hello');
  const raw = ({ events }) => events.filter((event) => event.type === 'RAW' || event.rawEvent !== undefined);

  it("a page hears none of LangGraph's own events", async () => {
    const turn = await turnOn(stage());
    assert.ok(turn.said.includes('You said: Hello'), turn.text);
    assert.deepEqual(raw(turn), []);
  });

  describe('without the lines of the example that leave them out', () => {
    let loud;
    before(async () => {
      loud = await setStage(name, staged);
    });
    after(() => loud?.close());

    it('a page hears them, several times as much as without', async () => {
      const turn = await turnOn(loud);
      const { length } = (await turnOn(stage())).text;
      assert.ok(raw(turn).some(({ type }) => type === 'RAW') && raw(turn).some(({ rawEvent }) => rawEvent), turn.text);
      assert.ok(turn.text.length > 4 * length, `${turn.text.length} and ${length} characters`);
    });

    hearsNoHeaders(() => loud, lie, isTold);

    provesHearing(() => loud, { question: interrupt, ...hears });
  });
}
