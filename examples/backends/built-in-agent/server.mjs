// A CopilotKit runtime with its built-in agent, whose one tool only admins may use.

import { BuiltInAgent, CopilotRuntime, InMemoryAgentRunner, defineTool } from '@copilotkit/runtime/v2';
import { createCopilotHonoHandler } from '@copilotkit/runtime/v2/hono';
import { serve } from '@hono/node-server';
import { map } from 'rxjs';
import { z } from 'zod';

/** The tool, for one user. */
const publishReport = ({ id, role }) =>
  defineTool({
    name: 'publish_report',
    description: 'Publish a report to the whole company.',
    parameters: z.object({ title: z.string() }),
    async execute({ title }) {
      if (role !== 'admin') return `Declined: only an admin may publish, and ${id} is ${role}.`;
      return `Published '${title}' for ${id}, ${role}.`;
    },
  });

/** Leaves out what a run has cost, since that names the model. */
const withoutUsage = (input, next) => next.run(input).pipe(map(({ usage, ...event }) => event));

/** The agents for one request, which know its user. The gate sets these headers; a browser cannot. */
function agents({ request }) {
  const user = { id: request.headers.get('x-user-id'), role: request.headers.get('x-user-role') ?? 'nobody' };
  const model = process.env.MODEL ?? 'openai/gpt-5-mini';
  const prompt = 'You help people with their reports.';
  const agent = new BuiltInAgent({ model, prompt, tools: [publishReport(user)], maxSteps: 3 });
  return { default: agent.use(withoutUsage) };
}

const runtime = new CopilotRuntime({ agents, runner: new InMemoryAgentRunner() });
const app = createCopilotHonoHandler({ runtime, basePath: '/api/copilotkit' });
const port = Number(process.env.PORT ?? 4000);
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => console.log(`Ready on port ${port}`));
