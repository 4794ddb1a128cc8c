// The runtime's two dialects, as a client writes them: each function gives the request for what it names.

/** REST paths. */
const multiRoute = {
  info: () => ({ path: '/info' }),
  agent: (verb, agent, input) => post(`/agent/${agent}/${verb}`, input),
  stop: (agent, thread) => post(`/agent/${agent}/stop/${thread}`),
  resource: (method, path, body) => ({ ...(body === undefined ? { path } : post(path, body)), method }),
};

/** One JSON envelope, posted to the base path. */
const singleRoute = {
  info: () => post('', { method: 'info' }),
  agent: (verb, agentId, body) => post('', { method: `agent/${verb}`, params: { agentId }, body }),
  stop: (agentId, threadId) => post('', { method: 'agent/stop', params: { agentId, threadId } }),
  resource: (httpMethod, path, body) => post('', { method: 'resource/request', params: { path, httpMethod }, body }),
};

/** Named as `ORIGIN_MODE` and the runtime's `mode` name them. */
export const DIALECTS = { 'multi-route': multiRoute, 'single-route': singleRoute };
export const MODES = Object.keys(DIALECTS);

/** A POST of JSON; `body` may be the very text. */
export function post(path, body) {
  const headers = [['Content-Type', 'application/json']];
  return { method: 'POST', path, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** What a client sends to run, suggest and connect: the whole of AG-UI's `RunAgentInput`. */
export function input({ threadId, says, ...more }) {
  return {
    threadId,
    runId: crypto.randomUUID(),
    state: {},
    messages: says === undefined ? [] : [{ id: crypto.randomUUID(), role: 'user', content: says }],
    tools: [],
    context: [],
    forwardedProps: {},
    ...more,
  };
}

/** The AG-UI events of a whole answer. */
export function eventsIn({ text }) {
  const blocks = text.split('\n\n').filter((block) => block.startsWith('data:'));
  return blocks.map((block) => JSON.parse(block.slice('data:'.length)));
}

/** What the assistant said in a whole answer. */
export function saidIn(answer) {
  return eventsIn(answer)
    .filter(({ type }) => type === 'TEXT_MESSAGE_CONTENT')
    .map(({ delta }) => delta)
    .join('');
}
