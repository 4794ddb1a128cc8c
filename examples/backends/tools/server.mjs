// A CopilotKit runtime whose agent uses a tool of another service, over HTTP, in the name of its user.

import { BuiltInAgent, CopilotRuntime, InMemoryAgentRunner, defineTool } from '@copilotkit/runtime/v2';
import { createCopilotHonoHandler } from '@copilotkit/runtime/v2/hono';
import { serve } from '@hono/node-server';
import { map } from 'rxjs';
import { z } from 'zod';

const { MODEL = 'openai/gpt-5-mini', PORT = 4000, REPORTS_URL = 'http://127.0.0.1:5000' } = process.env;
const PROMPT = 'You help people with their reports.';

/** The tool, with the headers of one request. */
const publishReport = (headers) =>
  defineTool({
    name: 'publish_report',
    description: 'Publish a report to the whole company.',
    parameters: z.object({ title: z.string() }),
    async execute({ title }) {
      const answer = await fetch(`${REPORTS_URL}/publish`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ title }),
      });
      return answer.ok ? answer.text() : `Declined: the service answered ${answer.status}.`;
    },
  });

/** Leaves out what a run has cost, since that names the model. */
const withoutUsage = (input, next) => next.run(input).pipe(map(({ usage, ...event }) => event));

/** The agents for one request. Its token and user id come from the gate, which has verified them. */
function agents({ request }) {
  const headers = Object.fromEntries(
    ['authorization', 'x-user-id'].map((name) => [name, request.headers.get(name) ?? '']),
  );
  const tools = [publishReport(headers)];
  const agent = new BuiltInAgent({ model: MODEL, prompt: PROMPT, tools, maxSteps: 3 });
  return { default: agent.use(withoutUsage) };
}

const runtime = new CopilotRuntime({ agents, runner: new InMemoryAgentRunner() });
const app = createCopilotHonoHandler({ runtime, basePath: '/api/copilotkit' });
serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, () => console.log(`Ready on port ${PORT}`));
