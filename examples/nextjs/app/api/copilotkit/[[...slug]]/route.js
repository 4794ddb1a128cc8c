import { CopilotRuntime, InMemoryAgentRunner, createCopilotRuntimeHandler } from '@copilotkit/runtime/v2';
import { WhoAmIAgent } from '../../../../lib/agent.js';
import { isFromGate } from '../../../../lib/gate.js';

/** The agents for one request, which know its user. The gate sets these headers; a browser cannot. */
function agents({ request: { headers } }) {
  const user = { id: headers.get('x-user-id'), role: headers.get('x-user-role') ?? 'nobody' };
  return { default: new WhoAmIAgent(user) };
}

const runtime = new CopilotRuntime({ agents, runner: new InMemoryAgentRunner() });
const handle = createCopilotRuntimeHandler({ runtime, basePath: '/api/copilotkit' });

async function handler(request) {
  if (await isFromGate(request)) return handle(request);
  return Response.json({ error: 'forbidden', message: 'This runtime answers the gate only.' }, { status: 403 });
}

export { handler as DELETE, handler as GET, handler as PATCH, handler as POST };
