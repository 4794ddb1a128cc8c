// @ts-check
// What clients send by themselves, through one conversation with a runtime. The client's `fetch` is the runtime's handler.

import { AGENT, BASE, URL_BASE, handler, inBytes } from './runtime.mjs';

/** @typedef {import('./known.mjs').Sent} Sent */
/** @typedef {import('./packages.mjs').Packages} Packages */

/**
 * What CopilotKit's client sends: operation → header fields, query and body.
 *
 * @param {Packages} packages
 * @param {'auto' | 'single'} transport
 */
export async function client(packages, transport) {
  /** @type {Record<string, Sent>} */
  const sent = {};
  const mode = transport === 'single' ? 'single-route' : 'multi-route';
  globalThis.fetch = recording(sent, handler(packages, { mode }));
  const core = new packages.core.CopilotKitCore({
    runtimeUrl: URL_BASE,
    runtimeTransport: transport,
    headers: { authorization: 'Bearer t' },
    suggestionsConfig: [{ instructions: 'Suggest.', available: 'always' }],
  });
  await settled(() => core.getAgent(AGENT) && core.runtimeConnectionStatus === 'connected');
  const agent = core.getAgent(AGENT);
  agent.threadId = 'thread';
  await core.connectAgent?.({ agent }).catch(() => {});
  agent.addMessage({ id: 'm', role: 'user', content: 'Hello' });
  await core.runAgent({ agent });
  core.reloadSuggestions(AGENT);
  await settled(() => !core.getSuggestions(AGENT).isLoading);
  agent.abortRun();
  await new Promise((resolve) => setImmediate(resolve));
  return sent;
}

/**
 * The same of the newest AG-UI client alone.
 *
 * @param {Packages} packages
 */
export async function agui(packages) {
  /** @type {Record<string, Sent>} */
  const sent = {};
  const fetch = recording(sent, handler(packages));
  globalThis.fetch = fetch;
  const agent = new packages.agui.HttpAgent({ url: `${URL_BASE}/agent/${AGENT}/run`, threadId: 'thread', fetch });
  agent.addMessage({ id: 'm', role: 'user', content: 'Hello' });
  await agent.runAgent({});
  return sent;
}

/**
 * A `fetch` that notes what is sent, and has the runtime answer. Requests to any other host, for telemetry, fail.
 *
 * @param {Record<string, Sent>} sent
 * @param {import('./runtime.mjs').Handle} handle
 * @returns {typeof fetch}
 */
function recording(sent, handle) {
  return async (target, init) => {
    const request = new Request(target, init);
    if (!request.url.startsWith(URL_BASE)) throw new TypeError('offline');
    note(sent, request, await request.clone().text());
    return inBytes(await handle(request));
  };
}

/**
 * @param {Record<string, Sent>} sent
 * @param {Request} request
 * @param {string} body
 */
function note(sent, request, body) {
  const { pathname, searchParams } = new URL(request.url);
  const json = body ? JSON.parse(body) : {};
  const isEnvelope = pathname === BASE;
  const input = isEnvelope ? (json.body ?? {}) : json;
  const path = pathname.slice(BASE.length).replace('/thread', '/{thread}').replace(`/${AGENT}`, '/{agent}');
  const name = isEnvelope ? json.method : `${request.method} ${path}`;
  const before = sent[name] ?? { headers: [], query: [], body: [], forwardedProps: [] };
  sent[name] = {
    headers: union(before.headers, [...request.headers.keys()]),
    query: union(before.query, [...searchParams.keys()]),
    body: union(before.body, Object.keys(input)),
    forwardedProps: union(before.forwardedProps, Object.keys(input.forwardedProps ?? {})),
  };
}

/**
 * @param {string[]} known
 * @param {string[]} more
 */
const union = (known, more) => [...new Set([...known, ...more])].sort();

/**
 * Waits, between the turns of the event loop, until `isSo`.
 *
 * @param {() => boolean} isSo
 */
async function settled(isSo) {
  for (let turns = 0; turns < 100_000; turns += 1) {
    if (isSo()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`the client does not get there: ${isSo}`);
}
