// @ts-check
// What a runtime answers: status, and the members of the body with their types.

import { AGENT, handler, send } from './runtime.mjs';

/** @typedef {import('./known.mjs').Shape} Shape */
/** @typedef {import('./packages.mjs').Packages} Packages */
/** @typedef {[handle: import('./runtime.mjs').Handle, method: string, path: string, body?: string]} Asked */

const RUN = `/agent/${AGENT}/run`;

/** @param {Packages} packages */
export const info = (packages) => answer(handler(packages), 'GET', '/info');

/**
 * The answer to `threads/list` after one run.
 *
 * @param {Packages} packages
 */
export async function threads(packages) {
  const handle = handler(packages);
  await (await send(handle, 'POST', RUN, input())).text();
  return answer(handle, 'GET', '/threads');
}

/**
 * Refusals that the gate or a client reads.
 *
 * @param {Packages} packages
 * @returns {Promise<Record<string, Shape>>}
 */
export async function errors(packages) {
  const [multi, single] = [handler(packages), handler(packages, { mode: 'single-route' })];
  const envelope = (/** @type {string} */ method) => JSON.stringify({ method });
  /** @type {Record<string, Asked>} */
  const asked = {
    'an unknown path': [multi, 'GET', '/no/such/thing'],
    'an unknown agent': [multi, 'POST', '/agent/nobody/run', input()],
    'another method': [multi, 'DELETE', '/info'],
    'HEAD /info': [multi, 'HEAD', '/info'],
    'a body that is none': [multi, 'POST', RUN, '{}'],
    'an envelope for a multi-route runtime': [multi, 'POST', '', envelope('info')],
    'a path for a single-route runtime': [single, 'GET', '/info'],
    'an unknown method in an envelope': [single, 'POST', '', envelope('no/such')],
    'no JSON for a single-route runtime': [single, 'POST', '', 'x'],
  };
  const entries = Object.entries(asked).map(async ([name, request]) => [name, await answer(...request)]);
  return Object.fromEntries(await Promise.all(entries));
}

/** The body of a run. */
const input = () =>
  JSON.stringify({
    threadId: 'thread',
    runId: 'run',
    state: {},
    messages: [{ id: 'm', role: 'user', content: 'Hello' }],
    tools: [],
    context: [],
    forwardedProps: {},
  });

/**
 * @param {Asked} request
 * @returns {Promise<Shape>}
 */
async function answer(...request) {
  const response = await send(...request);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, members: isJson && text ? membersOf(JSON.parse(text)) : {} };
}

/**
 * The members of JSON with their types: paths as keys. Names of agents and values are left out.
 *
 * @param {unknown} body
 */
function membersOf(body) {
  /** @type {Shape['members']} */
  const members = {};
  /**
   * @param {unknown} value
   * @param {string} path
   */
  const look = (value, path) => {
    if (Array.isArray(value)) {
      members[path] = 'array';
      for (const item of value) look(item, `${path}[]`);
    } else if (value !== null && typeof value === 'object') {
      if (path) members[path] = 'object';
      for (const [name, item] of Object.entries(value)) look(item, path ? `${path}.${name}` : name);
    } else {
      members[path] = ['error', 'code'].includes(path) ? JSON.stringify(value) : value === null ? 'null' : typeof value;
    }
  };
  if (body !== null) look(body, '');
  return members;
}
