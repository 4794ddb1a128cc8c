// AG-UI's own interrupts: a run that ends with a question, and one that resumes it.

export const resume = {
  in: (turn) => turn.of('RUN_FINISHED').some(({ outcome }) => outcome?.type === 'interrupt'),
  answer(chat, payload, lie, asked) {
    const interrupts = asked.of('RUN_FINISHED').flatMap(({ outcome }) => outcome?.interrupts ?? []);
    const answers = interrupts.map(({ id, metadata }) => ({ interruptId: id, status: 'resolved', payload, metadata }));
    return chat.run({ resume: answers }, lie);
  },
};
