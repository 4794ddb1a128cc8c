// @ts-check
// A gate on jose that does what ours does on the measured operations: token cache, rules, identity headers, sealed threads,
// scrubbed bodies, filtered lists, one log line. Written as fast as its author could; `check.mjs` holds its answers, what
// reaches the upstream, and its log against ours.

import { adopt, filterAnswer, filtersAnswer } from './jose-same/answer.js';
import { readInput } from './jose-same/body.js';
import { bearerToken } from './jose-same/credential.js';
import { Entry } from './jose-same/entry.js';
import { forwarded } from './jose-same/fields.js';
import { parseOperation } from './jose-same/operation.js';
import { Policy } from './jose-same/policy.js';
import { BAD_GATEWAY, GATEWAY_TIMEOUT, NOT_FOUND, refuse } from './jose-same/refusal.js';
import { scrub } from './jose-same/scrub.js';
import { Threads } from './jose-same/threads.js';
import { LATE, within } from './jose-same/time.js';
import { Tokens } from './jose-same/tokens.js';

/**
 * @typedef {ConstructorParameters<typeof Tokens>[0] & {
 *   RULES: ConstructorParameters<typeof Policy>[0], THREAD_KEY: string, ORIGIN_URL: string, ORIGIN: {fetch: typeof fetch},
 * }} Env
 */
/**
 * An operation, or the refusal that only a known caller hears.
 *
 * @typedef {import('./jose-same/operation.js').Operation | {refusal: unknown}} Asked
 */

const BASE = '/api/copilotkit';
const UPSTREAM_TIMEOUT_MS = 100_000;

/** @type {{tokens: Tokens, policy: Policy, threads: Threads, upstream: string, origin: {fetch: typeof fetch}}} */
let gate;

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   */
  fetch(request, env) {
    gate ??= {
      tokens: new Tokens(env),
      policy: new Policy(env.RULES),
      threads: new Threads(env.THREAD_KEY),
      upstream: env.ORIGIN_URL,
      origin: env.ORIGIN,
    };
    const entry = new Entry();
    let token;
    let operation;
    try {
      // Whoever brings no token is answered without a promise.
      [token, operation] = read(request);
    } catch (refusal) {
      return refuse(refusal, entry);
    }
    return serve(request, token, operation, entry).catch((refusal) => refuse(refusal, entry));
  },
};

/**
 * The token, and what is asked: an operation, or the refusal that only a known caller hears.
 *
 * @param {Request} request
 * @returns {[token: string, operation: Asked]}
 */
function read(request) {
  const { method, url } = request;
  // `new URL` costs more than all the rest here.
  const pathAt = url.indexOf('/', url.indexOf('://') + 3);
  const [path, query = ''] = url.slice(pathAt).split('?', 2);
  if (path !== BASE && !path.startsWith(`${BASE}/`)) throw NOT_FOUND;
  const token = bearerToken(request.headers, query);
  try {
    return [token, parseOperation(method, path.slice(BASE.length), query)];
  } catch (refusal) {
    return [token, { refusal }];
  }
}

/**
 * @param {Request} request
 * @param {string} token
 * @param {Asked} operation
 * @param {Entry} entry
 */
async function serve(request, token, operation, entry) {
  // The client may leave before there is an answer, and then nothing below goes on.
  request.signal.addEventListener('abort', () => entry.gone(), { once: true });
  const principal = gate.tokens.recall(token, entry) ?? (await gate.tokens.verify(token, entry));
  if ('refusal' in operation) throw operation.refusal;
  entry.operation(operation);
  gate.policy.decide(principal, operation, entry);
  entry.isAuthorised = true;

  let body;
  if (operation.hasInput) {
    const input = await readInput(request);
    const dropped = scrub(input, principal.user);
    input.threadId = entry.thread = await gate.threads.seal(principal, input.threadId);
    entry.dropped = dropped;
    body = JSON.stringify(input);
  } else if (operation.thread !== undefined) {
    operation.thread = entry.thread = await gate.threads.seal(principal, operation.thread);
  }
  const filters = filtersAnswer(operation, gate.policy, principal);
  const url = gate.upstream + operation.target();
  const upstream = forwarded(request, { body, filters, identity: principal.identity, requestId: entry.requestId });

  const asked = Date.now();
  let response = await within(gate.origin.fetch(url, upstream), UPSTREAM_TIMEOUT_MS).catch((error) => {
    throw error === LATE ? GATEWAY_TIMEOUT : BAD_GATEWAY;
  });
  entry.upstreamMs = Date.now() - asked;
  if (filters && response.ok && response.status !== 204) {
    response = await filterAnswer(response, operation, gate, principal);
  }
  const answer = adopt(response, entry, request.headers);
  entry.allow(answer.status);
  return answer;
}
