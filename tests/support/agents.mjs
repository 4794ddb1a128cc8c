// @ts-check
// Agents without a model, for real runtimes.

import { WhoAmIAgent } from '../../demo/agent.mjs';

/** @typedef {Record<string, any>} Input a `RunAgentInput` */

/**
 * Answers at once, and tells `onRun` what reached it.
 *
 * @param {(run: object) => void} onRun
 */
export const promptAgent = (onRun) => new WhoAmIAgent({ pace: async () => {}, onRun });

/** Also publishes the state that it was sent, and answers a message with `WAIT` in it only once it is let go. */
export class Diarist extends WhoAmIAgent {
  /** @param {Door} waits */
  constructor(waits) {
    super({ pace: ({ input }) => (isHeld(input) ? waits.wait() : undefined) });
  }

  /**
   * @param {Input} input
   * @returns {ReturnType<WhoAmIAgent['answer']>} the events
   */
  async *answer(input) {
    for await (const event of super.answer(input)) {
      yield event;
      if (event.type === 'RUN_STARTED') yield { type: 'STATE_SNAPSHOT', snapshot: input.state };
    }
  }
}

/**
 * Asks before it answers, and answers once it has been told to go on: by an event, as LangGraph's adapter asks, or where
 * the message says `outcome` by the outcome of its run, as AG-UI has it.
 */
export class Asker extends WhoAmIAgent {
  static QUESTION = 'May I?';

  /** @param {(run: object) => void} onRun */
  constructor(onRun) {
    super({ pace: async () => {}, onRun });
  }

  /**
   * @param {Input} input
   * @returns {ReturnType<WhoAmIAgent['answer']>} the events
   */
  async *answer(input) {
    if (input.forwardedProps?.command || input.resume) return yield* super.answer(input);
    const { threadId, runId } = input;
    this.onRun({ headers: { ...this.headers }, input });
    yield { type: 'RUN_STARTED', threadId, runId };
    if (input.messages.at(-1).content.includes('outcome')) {
      const interrupts = [{ id: `interrupt-${runId}`, reason: 'approval', message: Asker.QUESTION }];
      yield { type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'interrupt', interrupts } };
    } else {
      yield { type: 'CUSTOM', name: 'on_interrupt', value: Asker.QUESTION };
      yield { type: 'RUN_FINISHED', threadId, runId };
    }
  }
}

export const WAIT = 'take your time';
/** @param {{messages: {content?: unknown}[]}} input */
const isHeld = ({ messages }) => messages.some(({ content }) => `${content}`.includes(WAIT));

/** A door, open at first. Shut, it holds whoever waits; `arrived` settles with the first, `open` lets all go on. */
export class Door {
  #opened = Promise.resolve();
  /** @type {(value?: unknown) => void} */
  #arrive = () => {};
  /** @type {(value?: unknown) => void} */
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
