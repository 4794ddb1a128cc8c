// LangGraph's interrupts, as CopilotKit's `useLangGraphInterrupt` meets and answers them.

export const interrupt = {
  in: (turn) => turn.of('CUSTOM').some(({ name }) => name === 'on_interrupt'),
  answer: (chat, resume, lie) => chat.run({ forwardedProps: { command: { resume } } }, lie),
};
