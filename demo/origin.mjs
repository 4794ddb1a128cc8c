// The demo's origin: a real CopilotKit runtime, with no authentication of its own. The gate stands before it.

import { buffer } from 'node:stream/consumers';
import { CopilotRuntime, InMemoryAgentRunner } from '@copilotkit/runtime/v2';
import { createCopilotHonoHandler } from '@copilotkit/runtime/v2/hono';
import { getRequestListener } from '@hono/node-server';
import { WhoAmIAgent } from './agent.mjs';
import { AGENT, BASE_PATH, baseUrlAt } from './config.mjs';
import { listen } from './listen.mjs';

/**
 * Starts the runtime on `port` (0: any free one).
 *
 * `requests` lists what has reached it, and `agents` (id → agent) replaces the one that it has. `mode` is
 * `multi-route` or `single-route`, and `options` are more of the runtime's. `onRequest` is given each request with its whole
 * body, before it is answered.
 */
export async function startOrigin({
  port = 0,
  mode = 'multi-route',
  agents = { [AGENT]: new WhoAmIAgent() },
  options = {},
  onRequest,
} = {}) {
  const runtime = new CopilotRuntime({ agents, runner: new InMemoryAgentRunner(), ...options });
  const app = createCopilotHonoHandler({ runtime, basePath: BASE_PATH, mode });
  const answer = getRequestListener(app.fetch);
  const requests = [];
  const listener = await listen(port, async (request, response) => {
    const { method, url, headers } = request;
    requests.push({ method, url, headers });
    if (onRequest) {
      // Where there is a `rawBody`, the listener reads no other.
      request.rawBody = await buffer(request).catch(() => Buffer.alloc(0));
      onRequest({ method, url, headers, body: request.rawBody.toString() });
    }
    return answer(request, response);
  });
  const { close, reopen } = listener;
  return { url: baseUrlAt(listener.port), port: listener.port, requests, close, reopen };
}
