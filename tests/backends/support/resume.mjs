// AG-UI's own interrupts: a run that ends with a question, and one that resumes it.

export const resume = {
  in: (turn) => turn.of('RUN_FINISHED').some(({ outcome }) => outcome?.type === 'interrupt'),
  answer(chat, payload, lie, asked) {
    const interrupts = asked.of('RUN_FINISHED').flatMap(({ outcome }) => outcome?.interrupts ?? []);
    const answers = interrupts.map(({ id, metadata }) => ({ interruptId: id, status: 'resolved', payload, metadata }));
    return chat.run({ resume: answers }, lie);
  },
};

/** A tool call that waits for a person: the run ends without its result, and the next one brings the answer as if it were one. */
export const confirmation = {
  in: (turn) => waiting(turn).length > 0,
  answer(chat, _, lie, asked) {
    for (const { toolCallId } of waiting(asked)) {
      chat.agent.addMessage({ id: crypto.randomUUID(), role: 'tool', toolCallId, content: '{"accepted":true}' });
    }
    return chat.run({}, lie);
  },
};

function waiting(turn) {
  const done = turn.of('TOOL_CALL_RESULT').map(({ toolCallId }) => toolCallId);
  return turn.of('TOOL_CALL_START').filter(({ toolCallId }) => !done.includes(toolCallId));
}
