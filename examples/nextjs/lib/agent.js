// YOUR AGENT GOES HERE. This one has no model: it says who its user is, as the gate told the runtime.

import { AbstractAgent } from '@ag-ui/client';
import { from } from 'rxjs';

export class WhoAmIAgent extends AbstractAgent {
  constructor(user) {
    super({ description: 'Says who you are.' });
    this.user = user;
  }

  clone() {
    return Object.assign(super.clone(), { user: this.user });
  }

  run({ threadId, runId, messages }) {
    const { id, role } = this.user;
    const said = messages.findLast((message) => message.role === 'user')?.content;
    const messageId = `answer-${runId}`;
    return from([
      { type: 'RUN_STARTED', threadId, runId },
      { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: `You are ${id}, ${role}. ` },
      { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: `You said: ${said}` },
      { type: 'TEXT_MESSAGE_END', messageId },
      { type: 'RUN_FINISHED', threadId, runId },
    ]);
  }
}
