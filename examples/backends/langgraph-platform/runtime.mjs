// A CopilotKit runtime before a LangGraph server, which LANGGRAPH_URL names. It has no authentication: the gate does that.

import { LangGraphAgent } from '@copilotkit/runtime/langgraph';
import { CopilotRuntime, InMemoryAgentRunner } from '@copilotkit/runtime/v2';
import { createCopilotHonoHandler } from '@copilotkit/runtime/v2/hono';
import { serve } from '@hono/node-server';

const { LANGGRAPH_URL = 'http://127.0.0.1:2024', PORT = 4000 } = process.env;

// The runtime gives the agent `Authorization` and the `x-*` headers of each request.
const agents = { default: new LangGraphAgent({ deploymentUrl: LANGGRAPH_URL, graphId: 'agent' }) };
const runtime = new CopilotRuntime({ agents, runner: new InMemoryAgentRunner() });
const app = createCopilotHonoHandler({ runtime, basePath: '/api/copilotkit' });
serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, () => console.log(`Ready on port ${PORT}`));
