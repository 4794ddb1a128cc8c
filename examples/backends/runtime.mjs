// A CopilotKit runtime before an agent's own server, which AGENT_URL names. It has no authentication: the gate does that.

import { HttpAgent } from '@ag-ui/client';
import { CopilotRuntime, InMemoryAgentRunner } from '@copilotkit/runtime/v2';
import { createCopilotHonoHandler } from '@copilotkit/runtime/v2/hono';
import { serve } from '@hono/node-server';
import { withoutModel } from './without-model.mjs';

const { AGENT_URL = 'http://127.0.0.1:8000/', PORT = 4000 } = process.env;

// The runtime gives its agents `Authorization` and the `x-*` headers of each request.
const agents = { default: new HttpAgent({ url: AGENT_URL }).use(withoutModel) };
const runtime = new CopilotRuntime({ agents, runner: new InMemoryAgentRunner() });
const app = createCopilotHonoHandler({ runtime, basePath: '/api/copilotkit' });
serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, () => console.log(`Ready on port ${PORT}`));
