// What LangGraph's two servers share: interrupts, as CopilotKit's `useLangGraphInterrupt` meets and answers them, and the
// stream modes that a page may ask for.

import assert from 'node:assert/strict';
import { it } from 'node:test';
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
export function hearsNoHeaders(stage, lie, isTold) {
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
 * Proves that a page hears none of LangGraph's own events, and that it does without the lines of the example that leave them
 * out. `staged`: the example without them, as for `setStage`.
 */
export function hearsNoRawEvents(stage, name, staged) {
  const turnOn = (at) => at.chat('alice').say('Hello');
  const raw = ({ events }) => events.filter((event) => event.type === 'RAW' || event.rawEvent !== undefined);

  it("a page hears none of LangGraph's own events", async () => {
    const turn = await turnOn(stage());
    assert.ok(turn.said.includes('You said: Hello'), turn.text);
    assert.deepEqual(raw(turn), []);
  });

  it('without these lines of the example it hears several times as much', async () => {
    const open = await setStage(name, staged);
    try {
      const loud = await turnOn(open);
      assert.ok(raw(loud).some(({ type }) => type === 'RAW') && raw(loud).some(({ rawEvent }) => rawEvent), loud.text);
      const quiet = await turnOn(stage());
      assert.ok(loud.text.length > 4 * quiet.text.length, `${loud.text.length} and ${quiet.text.length} characters`);
    } finally {
      await open.close();
    }
  });
}
