// A person at a chat: AG-UI's own client, which CopilotKit's is built on, with that person's token.

import { HttpAgent } from '@ag-ui/client';
import { HttpAgent as HttpAgent1 } from 'ag-ui-client-1';
import { BASE } from '../../support/client.mjs';
import { merged } from './lies.mjs';

/** AG-UI's clients by their versions: the one that CopilotKit's client has, and the newest. */
export const CLIENTS = { '0.0.59': HttpAgent, '1.0.0': HttpAgent1 };

/** The same client for a runtime with one route, to which everything is said in an envelope. */
const inEnvelopes = (Agent) =>
  class extends Agent {
    requestInit(input) {
      const plain = super.requestInit(input);
      const envelope = { method: 'agent/run', params: { agentId: this.agentId }, body: JSON.parse(plain.body) };
      return { ...plain, body: JSON.stringify(envelope) };
    }
  };

export class Chat {
  /**
   * `at` is the gate or the runtime, `agentId` one of its agents, and `client` the version of the client; `fetch` is by which it
   * is asked. An empty `token` is an empty `Authorization`.
   */
  constructor(at, { token, threadId = crypto.randomUUID(), agentId = 'default', client = '0.0.59', fetch }) {
    const url = (path) => new URL(BASE + path, at.url).href;
    const Agent = CLIENTS[client];
    this.token = token;
    this.agent =
      at.mode === 'single-route'
        ? new (inEnvelopes(Agent))({ url: url(''), threadId, agentId, fetch })
        : new Agent({ url: url(`/agent/${agentId}/run`), threadId, agentId, fetch });
  }

  /** Says something, and gives the turn that this makes. `lie` is laid over the request: headers, state and the rest. */
  say(content, lie) {
    this.agent.addMessage({ id: crypto.randomUUID(), role: 'user', content });
    return this.run({}, lie);
  }

  /** A turn without a new message, such as the answer to a question. */
  async run(parameters = {}, { headers = {}, state, forwardedProps, ...lie } = {}) {
    const authorization = this.token && `Bearer ${this.token}`;
    this.agent.headers = { ...headers, ...(authorization !== undefined && { authorization }) };
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
