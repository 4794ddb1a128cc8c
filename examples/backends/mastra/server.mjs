// A CopilotKit runtime with a Mastra agent in it, whose one tool only admins may use, and which asks before it acts.

import { MastraAgent } from '@ag-ui/mastra';
import { openai } from '@ai-sdk/openai';
import { CopilotRuntime, InMemoryAgentRunner } from '@copilotkit/runtime/v2';
import { createCopilotHonoHandler } from '@copilotkit/runtime/v2/hono';
import { serve } from '@hono/node-server';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { RequestContext } from '@mastra/core/request-context';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { map } from 'rxjs';
import { z } from 'zod';

const publishReport = createTool({
  id: 'publish_report',
  description: 'Publish a report to the whole company.',
  inputSchema: z.object({ title: z.string() }),
  suspendSchema: z.object({ question: z.string() }),
  resumeSchema: z.object({ approved: z.boolean() }),
  async execute({ title }, { requestContext, agent }) {
    const { id, role } = requestContext.get('user');
    if (role !== 'admin') return `Declined: only an admin may publish, and ${id} is ${role}.`;
    if (!agent.resumeData) return agent.suspend({ question: `Publish '${title}'?` });
    if (!agent.resumeData.approved) return `${id} decided against it.`;
    return `Published '${title}' for ${id}, ${role}.`;
  },
});

class UsersAgent extends Agent {
  /** Mastra resumes whatever run it is given the id of, in the name of whoever started it: here, only for that user. */
  async resumeStream(answer, options) {
    const runs = await mastra.getStorage().getStore('workflows');
    const run = await runs.getWorkflowRunById({ runId: options.runId, workflowName: 'agentic-loop' });
    if (run?.resourceId !== options.memory.resource) throw new Error('This question was put to somebody else.');
    return super.resumeStream(answer, options);
  }
}

/** Mastra sends the ids of the user and the thread to the model's vendor in these fields. These values replace them. */
const headers = { 'x-resource-id': 'hidden', 'x-thread-id': 'hidden' };

const assistant = new UsersAgent({
  id: 'assistant',
  name: 'assistant',
  instructions: 'You help people with their reports.',
  model: openai.chat(process.env.MODEL ?? 'gpt-5-mini'),
  tools: { publish_report: publishReport },
  defaultOptions: { modelSettings: { headers } },
});
const mastra = new Mastra({ agents: { assistant }, storage: new InMemoryStore() });

/** Leaves out what a run has cost, since that names the model. */
const withoutUsage = (input, next) => next.run(input).pipe(map(({ usage, ...event }) => event));

/** The runtime runs a clone for each request, and this adapter's (1.1.2) have no middleware. */
class QuietAgent extends MastraAgent {
  clone() {
    return super.clone().use(withoutUsage);
  }
}

/** The agents for one request, which know its user. The gate sets these headers; a browser cannot. */
function agents({ request }) {
  const user = { id: request.headers.get('x-user-id'), role: request.headers.get('x-user-role') ?? 'nobody' };
  const requestContext = new RequestContext([['user', user]]);
  const agent = mastra.getAgent('assistant');
  return { default: new QuietAgent({ agentId: 'default', agent, resourceId: user.id, requestContext }) };
}

const runtime = new CopilotRuntime({
  agents,
  runner: new InMemoryAgentRunner(),
  // The adapter sends what is forwarded to it to the model's vendor, a user's token in place of the key included.
  forwardHeaders: { denyPrefixes: ['authorization', 'x-'] },
});
const app = createCopilotHonoHandler({ runtime, basePath: '/api/copilotkit' });
const port = Number(process.env.PORT ?? 4000);
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => console.log(`Ready on port ${port}`));
