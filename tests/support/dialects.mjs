// @ts-check
// The runtime's two dialects, as a client writes them: each function gives the request for what it names.

import { input, post } from './requests.mjs';

/** @typedef {import('./requests.mjs').Body} Body */
/** @typedef {import('./client.mjs').Request} Request */
/**
 * How a dialect asks: each function makes a request.
 *
 * @typedef {{
 *   info: () => Request, agent: (verb: string, agent: string, input: Body) => Request, stop: (agent: string, thread: string) => Request,
 *   resource: (method: string, path: string, body?: Body) => Request,
 * }} Dialect
 */

/**
 * REST paths.
 *
 * @type {Dialect}
 */
const multiRoute = {
  info: () => ({ path: '/info' }),
  agent: (verb, agent, input) => post(`/agent/${agent}/${verb}`, input),
  stop: (agent, thread) => post(`/agent/${agent}/stop/${thread}`),
  resource: (method, path, body) => ({ ...(body === undefined ? { path } : post(path, body)), method }),
};

/**
 * One JSON envelope, posted to the base path.
 *
 * @type {Dialect}
 */
const singleRoute = {
  info: () => post('', { method: 'info' }),
  agent: (verb, agentId, body) => post('', { method: `agent/${verb}`, params: { agentId }, body }),
  stop: (agentId, threadId) => post('', { method: 'agent/stop', params: { agentId, threadId } }),
  resource: (httpMethod, path, body) => post('', { method: 'resource/request', params: { path, httpMethod }, body }),
};

/** Named as `ORIGIN_MODE` and the runtime's `mode` name them. */
export const DIALECTS = { 'multi-route': multiRoute, 'single-route': singleRoute };
export const MODES = Object.keys(DIALECTS);

/**
 * An input for one turn of a conversation: a run of its own, with a message where the user `says` something.
 *
 * @param {{says?: string} & Record<string, unknown>} about
 */
export function turn({ says, ...more }) {
  const messages = says === undefined ? [] : [{ id: crypto.randomUUID(), role: 'user', content: says }];
  return input({ runId: crypto.randomUUID(), messages, ...more });
}

/**
 * The AG-UI events of a whole answer.
 *
 * @param {{text: string}} answer
 * @returns {Record<string, any>[]}
 */
export function eventsIn({ text }) {
  const blocks = text.split('\n\n').filter((block) => block.startsWith('data:'));
  return blocks.map((block) => JSON.parse(block.slice('data:'.length)));
}

/**
 * What the assistant said in a whole answer.
 *
 * @param {{text: string}} answer
 */
export function saidIn(answer) {
  return eventsIn(answer)
    .filter(({ type }) => type === 'TEXT_MESSAGE_CONTENT')
    .map(({ delta }) => delta)
    .join('');
}
