// A CopilotKit runtime before a LangGraph server, which LANGGRAPH_URL names. It has no authentication: the gate does that.

import { LangGraphAgent } from '@copilotkit/runtime/langgraph';
import { CopilotRuntime, InMemoryAgentRunner } from '@copilotkit/runtime/v2';
import { createCopilotHonoHandler } from '@copilotkit/runtime/v2/hono';
import { serve } from '@hono/node-server';
import { filter, map } from 'rxjs';

const { LANGGRAPH_URL = 'http://127.0.0.1:2024', PORT = 4000 } = process.env;

/** Leaves out LangGraph's own events, which contain the system prompt and the server's address, and the model's name. */
const withoutInsides = (input, next) =>
  next.run(input).pipe(
    filter(({ type }) => type !== 'RAW'),
    map(({ rawEvent, usage, ...event }) => {
      const { messages, ...state } = event.snapshot ?? {};
      if (!Array.isArray(messages)) return event;
      const unnamed = messages.map(({ response_metadata, ...message }) => message);
      return { ...event, snapshot: { ...state, messages: unnamed } };
    }),
  );

// The runtime gives the agent `Authorization` and the `x-*` headers of each request.
const agent = new LangGraphAgent({ deploymentUrl: LANGGRAPH_URL, graphId: 'agent' });
const agents = { default: agent.use(withoutInsides) };
const runtime = new CopilotRuntime({ agents, runner: new InMemoryAgentRunner() });
const app = createCopilotHonoHandler({ runtime, basePath: '/api/copilotkit' });
serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, () => console.log(`Ready on port ${PORT}`));
