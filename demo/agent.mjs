// An agent without a model: it says who the request was from and what the user wrote.

import { setTimeout as delay } from 'node:timers/promises';
import { AbstractAgent } from '@ag-ui/client';
import { from } from 'rxjs';

/** The headers that the gate sets, which are all that this agent knows about its caller. */
const IDENTITY = ['x-user-id', 'x-user-role', 'x-user-permissions'];
const PAUSE_MS = 100;

/** Waits a little before each piece of the answer, so that one can see it stream. */
const unhurried = () => delay(PAUSE_MS);

export class WhoAmIAgent extends AbstractAgent {
  /** @type {Record<string, string>} */
  headers = {};
  stopped = false;

  /**
   * `pace` is awaited before every piece of an answer, which `pieces` gives; `onRun` is told what reached the agent.
   *
   * @param {{pace?: (piece: {index: number, delta: string, input: any}) => unknown, onRun?: (run: object) => void,
   *   description?: string}} [options]
   */
  constructor({ pace = unhurried, onRun = () => {}, description = 'Says who you are, as the gate told it.' } = {}) {
    super({ description });
    this.pace = pace;
    this.onRun = onRun;
  }

  /** The runtime runs a clone per request, on which it sets the request's headers. */
  clone() {
    const { pace, onRun, headers } = this;
    return Object.assign(super.clone(), { pace, onRun, headers: { ...headers }, stopped: false });
  }

  abortRun() {
    this.stopped = true;
  }

  /** @returns {any} the events, as rxjs has them */
  run(input) {
    return from(this.answer(input));
  }

  /** @returns {AsyncGenerator<{type: string, [member: string]: unknown}, void, undefined>} the events */
  async *answer(input) {
    const { threadId, runId } = input;
    const messageId = `answer-${runId}`;
    this.onRun({ headers: { ...this.headers }, input });
    yield { type: 'RUN_STARTED', threadId, runId };
    yield { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' };
    for (const [index, delta] of this.pieces(input).entries()) {
      await this.pace({ index, delta, input });
      if (this.stopped) break;
      yield { type: 'TEXT_MESSAGE_CONTENT', messageId, delta };
    }
    yield { type: 'TEXT_MESSAGE_END', messageId };
    yield { type: 'RUN_FINISHED', threadId, runId };
  }

  pieces({ messages }) {
    const said = messages.findLast(({ role }) => role === 'user')?.content ?? '';
    return [
      ...IDENTITY.map((name) => `${name}: ${this.headers[name] ?? '(none)'}\n`),
      `You said: ${typeof said === 'string' ? said : JSON.stringify(said)}`,
    ];
  }
}
