// A person at a chat: AG-UI's own client, which CopilotKit's is built on, with that person's token.

import { HttpAgent } from '@ag-ui/client';
import { BASE } from '../../support/client.mjs';
import { merged } from './lies.mjs';

export class Chat {
  /** `at` is the gate or the runtime. */
  constructor(at, { token, threadId = crypto.randomUUID(), agent = 'default' }) {
    this.token = token;
    this.agent = new HttpAgent({ url: new URL(`${BASE}/agent/${agent}/run`, at.url).href, threadId });
  }

  /** Says something, and gives the turn that this makes. `lie` is laid over the request: headers, state and the rest. */
  say(text, lie) {
    this.agent.addMessage({ id: crypto.randomUUID(), role: 'user', content: text });
    return this.run({}, lie);
  }

  /** A turn without a new message, such as the answer to a question. */
  async run(parameters = {}, { headers = {}, state, forwardedProps, ...lie } = {}) {
    this.agent.headers = { ...headers, ...(this.token && { authorization: `Bearer ${this.token}` }) };
    if (state) this.agent.setState(state);
    const events = [];
    const props = merged(forwardedProps, parameters.forwardedProps);
    let error;
    await this.agent
      .runAgent({ ...parameters, ...lie, forwardedProps: props }, { onEvent: ({ event }) => void events.push(event) })
      .catch((reason) => (error = reason));
    return new Turn(events, error);
  }
}

/** What came of one run. */
class Turn {
  constructor(events, error) {
    this.events = events;
    this.error = error;
  }

  of(...types) {
    return this.events.filter(({ type }) => types.includes(type));
  }

  /** What the assistant said, as the chat shows it. */
  get said() {
    return this.of('TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_CHUNK')
      .map(({ delta }) => delta)
      .join('');
  }

  /** The thread, as those behind the gate call it. */
  get threadId() {
    return this.of('RUN_STARTED')[0]?.threadId;
  }

  /** All of it, to look for what should not be there. */
  get text() {
    return `${JSON.stringify(this.events)}\n${this.error?.message ?? ''}`;
  }
}
