// Messages of a role that some adapters do not understand, though CopilotKit's own clients send them.

import assert from 'node:assert/strict';
import { it } from 'node:test';

/** Proves that a message of the role `reasoning` in the history makes a run fail, and that `MESSAGE_ROLES` mends that. */
export function failsOverReasoning(stage) {
  const say = (at) => {
    const chat = stage().chat('bob', { at });
    chat.agent.addMessages([{ id: 'earlier', role: 'reasoning', content: 'It is about a report.' }]);
    return chat.say('Hello');
  };

  it('a run with reasoning in its history succeeds', async () => {
    const turn = await say(stage().gate);
    assert.ok(turn.said.includes('You said: Hello'), turn.text);
  });

  it('on the runtime alone, a run with reasoning in its history fails', async () => {
    const turn = await say(stage().bare);
    assert.equal(turn.of('RUN_ERROR').length, 1, turn.text);
  });
}
