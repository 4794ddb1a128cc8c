// @ts-check
// Answers: the two that are filtered, and what is changed in every one.

import { readAnswer } from './body.js';
import { BAD_GATEWAY } from './refusal.js';

/** @typedef {import('./operation.js').Operation} Operation */
/** @typedef {import('./policy.js').Policy} Policy */
/** @typedef {import('./tokens.js').Principal} Principal */
/** @typedef {import('./threads.js').Threads} Threads */

/**
 * The members of `threadEndpoints`, each with the operations that it promises.
 *
 * @type {Record<string, string[]>}
 */
const PROMISES = {
  list: ['threads/list'],
  inspect: ['threads/messages', 'threads/events', 'threads/state'],
  mutations: ['threads/update', 'threads/archive'],
  realtimeMetadata: ['threads/subscribe'],
};
/** Fields that described the answer before it was filtered. */
const STALE = ['content-length', 'content-encoding', 'transfer-encoding', 'etag', 'last-modified'];
const NO_TRANSFORM = /(?:^|,)\s*no-transform\s*(?:,|$)/i;
/** Fields by which an answer speaks to browsers of other origins: no origin is listed. */
const CORS = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-private-network',
  'access-control-expose-headers',
  'access-control-max-age',
  'timing-allow-origin',
];

/**
 * A name in visible ASCII, without what separates the items of a list.
 *
 * @param {string} name
 */
const encodeName = (name) => name.replace(/[^!-~]|[,%]/gu, encodeURIComponent);

/**
 * Whether something may have to be taken out of the answer.
 *
 * @param {Operation} operation
 * @param {Policy} policy
 * @param {Principal} principal
 */
export function filtersAnswer({ kind, method }, policy, principal) {
  if (method === 'HEAD') return false;
  if (kind === 'threads/list') return true;
  return (
    kind === 'info' && (policy.hidesAgents || !Object.keys(PROMISES).every((name) => keeps(name, policy, principal)))
  );
}

/**
 * The answer without what this caller may not see.
 *
 * @param {Response} response
 * @param {Operation} operation
 * @param {{policy: Policy, threads: Threads}} gate
 * @param {Principal} principal
 */
export async function filterAnswer(response, { kind }, { policy, threads }, principal) {
  const answer = await readAnswer(response);
  if (answer === null || typeof answer !== 'object') throw BAD_GATEWAY;
  if (kind === 'info') filterInfo(answer, policy, principal);
  else await filterThreads(answer, threads, principal);
  const headers = new Headers(response.headers);
  for (const name of STALE) headers.delete(name);
  return new Response(JSON.stringify(answer), { status: response.status, headers });
}

/**
 * @param {{threads?: unknown}} answer
 * @param {Threads} threads
 * @param {Principal} principal
 */
async function filterThreads(answer, threads, principal) {
  if (!Array.isArray(answer.threads)) throw BAD_GATEWAY;
  const owned = await Promise.all(answer.threads.map((thread) => threads.owns(principal, thread?.id)));
  answer.threads = answer.threads.filter((_, index) => owned[index]);
}

/**
 * @param {Record<string, any>} info
 * @param {Policy} policy
 * @param {Principal} principal
 */
function filterInfo(info, policy, principal) {
  /** @param {string} name */
  const shows = (name) => policy.allows(principal, 'agent/run', name);
  if (policy.hidesAgents) {
    const { agents, a2ui } = info;
    if (agents !== undefined && (agents === null || typeof agents !== 'object' || Array.isArray(agents)))
      throw BAD_GATEWAY;
    for (const name of Object.keys(agents ?? {})) if (!shows(name)) delete agents[name];
    if (a2ui?.agents !== undefined) {
      a2ui.agents = Array.isArray(a2ui.agents)
        ? a2ui.agents.filter((/** @type {unknown} */ name) => typeof name === 'string' && shows(name))
        : [];
    }
  }
  const { threadEndpoints } = info;
  if (threadEndpoints === null || typeof threadEndpoints !== 'object') return;
  for (const name of Object.keys(PROMISES)) if (!keeps(name, policy, principal)) threadEndpoints[name] = false;
}

/**
 * @param {string} name
 * @param {Policy} policy
 * @param {Principal} principal
 */
const keeps = (name, policy, principal) => PROMISES[name].every((kind) => policy.allows(principal, kind));

/**
 * An upstream's answer with the request id, which no cache may keep.
 *
 * @param {Response} response
 * @param {import('./entry.js').Entry} entry
 * @param {Headers} requested
 */
export function adopt(response, { requestId, dropped }, requested) {
  if (response.status === 101) return response;
  const adopted = new Response(response.body, response);
  const { headers } = adopted;
  if (response.status !== 304) {
    const keepsForm = NO_TRANSFORM.test(headers.get('cache-control') ?? '');
    headers.set('cache-control', keepsForm ? 'private, no-store, no-transform' : 'private, no-store');
  }
  headers.set('x-request-id', requestId);
  if (dropped.length > 0) headers.set('x-gate-dropped', dropped.map(encodeName).join(', '));
  if (requested.has('origin')) {
    for (const name of CORS) headers.delete(name);
    headers.append('vary', 'Origin');
  }
  return adopted;
}
