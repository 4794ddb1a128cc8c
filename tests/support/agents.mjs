// Agents without a model, for real runtimes.

import { WhoAmIAgent } from '../../demo/agent.mjs';

/** Answers at once, and tells `onRun` what reached it. */
export const promptAgent = (onRun) => new WhoAmIAgent({ pace: async () => {}, onRun });

/** Also publishes the state that it was sent, and answers a message with `WAIT` in it only once it is let go. */
export class Diarist extends WhoAmIAgent {
  constructor(waits) {
    super({ pace: ({ input }) => (isHeld(input) ? waits.wait() : undefined) });
  }

  async *answer(input) {
    for await (const event of super.answer(input)) {
      yield event;
      if (event.type === 'RUN_STARTED') yield { type: 'STATE_SNAPSHOT', snapshot: input.state };
    }
  }
}

export const WAIT = 'take your time';
const isHeld = ({ messages }) => messages.some(({ content }) => `${content}`.includes(WAIT));

/** A door, open at first. Shut, it holds whoever waits; `arrived` settles with the first, `open` lets all go on. */
export class Door {
  #opened = Promise.resolve();
  #arrive = () => {};
  open = () => {};

  shut() {
    const [opened, arrived] = [Promise.withResolvers(), Promise.withResolvers()];
    this.#opened = opened.promise;
    this.open = opened.resolve;
    this.arrived = arrived.promise;
    this.#arrive = arrived.resolve;
  }

  wait() {
    this.#arrive();
    return this.#opened;
  }
}
