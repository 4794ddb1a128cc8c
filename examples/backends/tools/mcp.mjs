// A CopilotKit runtime whose agent uses the tools of an MCP server in the name of its user.

import { BuiltInAgent, CopilotRuntime, InMemoryAgentRunner } from '@copilotkit/runtime/v2';
import { createCopilotHonoHandler } from '@copilotkit/runtime/v2/hono';
import { serve } from '@hono/node-server';
import { map } from 'rxjs';

const { MODEL = 'openai/gpt-5-mini', PORT = 4000, REPORTS_URL = 'http://127.0.0.1:5000' } = process.env;
const PROMPT = 'You help people with their reports.';

/** Leaves out what a run has cost, since that names the model. */
const withoutUsage = (input, next) => next.run(input).pipe(map(({ usage, ...event }) => event));

/** The agents for one request. Its token and user id come from the gate, which has verified them. */
function agents({ request }) {
  const headers = Object.fromEntries(
    ['authorization', 'x-user-id'].map((name) => [name, request.headers.get(name) ?? '']),
  );
  const reports = { type: 'http', url: `${REPORTS_URL}/mcp`, options: { requestInit: { headers } } };
  const agent = new BuiltInAgent({ model: MODEL, prompt: PROMPT, mcpServers: [reports], maxSteps: 3 });
  return { default: agent.use(withoutUsage) };
}

const runtime = new CopilotRuntime({ agents, runner: new InMemoryAgentRunner() });
const app = createCopilotHonoHandler({ runtime, basePath: '/api/copilotkit' });
serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, () => console.log(`Ready on port ${PORT}`));
