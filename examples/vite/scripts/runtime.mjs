// A CopilotKit runtime, which only the gate may reach: here nobody but this machine can.

import { AbstractAgent } from '@ag-ui/client';
import { CopilotRuntime, InMemoryAgentRunner } from '@copilotkit/runtime/v2';
import { createCopilotHonoHandler } from '@copilotkit/runtime/v2/hono';
import { serve } from '@hono/node-server';
import { from } from 'rxjs';

/** YOUR AGENT GOES HERE. This one has no model: it says who its user is, as the gate told the runtime. */
class WhoAmIAgent extends AbstractAgent {
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

/** The agents for one request, which know its user. The gate sets these headers; a browser cannot. */
function agents({ request: { headers } }) {
  const user = { id: headers.get('x-user-id'), role: headers.get('x-user-role') ?? 'nobody' };
  return { default: new WhoAmIAgent(user) };
}

const runtime = new CopilotRuntime({ agents, runner: new InMemoryAgentRunner() });
const app = createCopilotHonoHandler({ runtime, basePath: '/api/copilotkit' });
serve({ fetch: app.fetch, port: 4000, hostname: '127.0.0.1' });
