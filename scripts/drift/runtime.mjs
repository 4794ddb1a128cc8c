// @ts-check
// A real runtime with one agent, and requests to it. Nothing here uses the network: a request goes straight to its handler.

/** @typedef {import('./packages.mjs').Packages} Packages */
/** @typedef {(request: Request) => Promise<Response>} Handle the runtime's handler */
/** @typedef {{method: string} & Record<string, string>} Route what the runtime calls a route, with its ids */

export const BASE = '/api/copilotkit';
export const URL_BASE = `http://runtime.test${BASE}`;
export const AGENT = 'default';
/** The status with which a handler answers that only tells the route. */
export const TOLD = 299;

/**
 * A handler of the real runtime. `onRoute` is told of each route, and ends the request.
 *
 * @param {Packages} packages
 * @param {{mode?: 'multi-route' | 'single-route', onRoute?: (route: Route) => void}} [options]
 * @returns {Handle}
 */
export function handler({ runtime, ofRuntime }, { mode = 'multi-route', onRoute } = {}) {
  const { CopilotRuntime, InMemoryAgentRunner, createCopilotRuntimeHandler } = runtime;
  const agents = { [AGENT]: greeter(ofRuntime) };
  // Memories belong to the Intelligence platform; their routes are there all the same.
  const open = new Proxy(new CopilotRuntime({ agents, runner: new InMemoryAgentRunner() }), {
    get: (target, name) => (name === 'exposeMemoryRoutes' ? true : Reflect.get(target, name)),
  });
  const onBeforeHandler = (/** @type {{route: Route}} */ { route }) => {
    onRoute?.(route);
    throw new Response(null, { status: TOLD });
  };
  return createCopilotRuntimeHandler({
    runtime: open,
    basePath: BASE,
    mode,
    cors: false,
    ...(onRoute && { hooks: { onBeforeHandler } }),
  });
}

/**
 * An agent that says hello.
 *
 * @param {Packages['ofRuntime']} ofRuntime
 */
function greeter({ AbstractAgent, Observable }) {
  class Agent extends AbstractAgent {
    /** @param {{threadId: string, runId: string}} input */
    run({ threadId, runId }) {
      return new Observable((/** @type {{next: (event: object) => void, complete: () => void}} */ observer) => {
        const message = { messageId: 'answer', role: 'assistant' };
        for (const event of [
          { type: 'RUN_STARTED', threadId, runId },
          { type: 'TEXT_MESSAGE_START', ...message },
          { type: 'TEXT_MESSAGE_CONTENT', messageId: 'answer', delta: 'Hello' },
          { type: 'TEXT_MESSAGE_END', messageId: 'answer' },
          { type: 'RUN_FINISHED', threadId, runId },
        ]) {
          observer.next(event);
        }
        observer.complete();
      });
    }

    clone() {
      return new Agent();
    }
  }
  return new Agent();
}

/**
 * @param {Handle} handle
 * @param {string} method
 * @param {string} path below the base path
 * @param {string} [body]
 */
export async function send(handle, method, path, body) {
  const headers = { 'content-type': 'application/json' };
  const hasBody = body !== undefined && method !== 'GET';
  return inBytes(await handle(new Request(URL_BASE + path, { method, headers, ...(hasBody && { body }) })));
}

/**
 * The answer as a server sends it: the stream of an older runtime is of texts.
 *
 * @param {Response} response
 */
export function inBytes(response) {
  if (!response.body) return response;
  const encoder = new TextEncoder();
  /** @type {TransformStream<string | Uint8Array, Uint8Array>} */
  const encode = new TransformStream({
    transform: (chunk, controller) => controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk),
  });
  return new Response(response.body.pipeThrough(encode), response);
}
