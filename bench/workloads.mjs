// @ts-check
// What is measured. A workload makes the passes of one round: every contender gets the same ones, in the same order.

import { runBody } from './bodies.mjs';
import { info, metadata, run, threads } from './requests.mjs';
import { freshToken, freshTokens } from './tokens.mjs';

const KIB = 1024;

/**
 * `rows`: what a pass is called in the results, and its goals: at most so many times another contender's CPU time.
 * `count`: requests in a pass, enough for two or three collections of garbage: with one in every other pass, those of a
 * contender may all fall to the first of two rows. `share`: its part of the time there is.
 *
 * `of`: whose goals they are, where not of the gate with its usual settings.
 *
 * @typedef {{id: string, title: string, goals: Record<string, number>, of?: string}} Row
 * @typedef {import('./load.mjs').Request} Request
 * @typedef {{goals: Record<string, number>, count: number, share: number, of?: string}} Details
 * @typedef {{row: string, count: number, status: number, what: (index: number) => Request}} Pass
 * @typedef {{id: string, rows: Row[], count: number, share: number, passes: (count: number) => Pass[]}} Workload
 * @type {Workload[]}
 */
export const WORKLOADS = [
  {
    ...one('repeated', 'one ES256 token, repeated', {
      goals: { 'jose-same': 1 },
      count: 900,
      share: 0.14,
    }),
    passes: repeating('repeated', () => metadata(freshToken())),
  },
  .../** @type {const} */ (['ES256', 'RS256', 'EdDSA']).map(distinct),
  {
    ...one('none', 'no token (401)', { goals: { 'jose-same': 1 }, count: 1500, share: 0.07 }),
    passes: repeating('none', () => metadata(), 401),
  },
  agentRun('run-4k', 'agent/run, 4 KiB body', {
    bytes: 4 * KIB,
    goals: { 'jose-same': 0.75 },
    count: 600,
    share: 0.1,
  }),
  agentRun('run-64k', 'agent/run, 64 KiB body', {
    bytes: 64 * KIB,
    goals: { 'floor-log': 1.55, 'jose-same': 0.4 },
    count: 180,
    share: 0.1,
  }),
  agentRun('run-1m', 'agent/run, 1 MiB body', {
    bytes: KIB * KIB,
    goals: { 'floor-log': 1.9, 'jose-same': 0.28 },
    count: 6,
    share: 0.1,
  }),
  {
    ...one('threads', 'threads/list of 200, filtered', { goals: { 'jose-same': 0.42 }, count: 180, share: 0.1 }),
    passes: repeating('threads', () => threads(freshToken())),
  },
  {
    ...one('info', 'info of 20 agents, filtered', { goals: { 'jose-same': 0.7 }, count: 600, share: 0.07 }),
    passes: repeating('info', () => info(freshToken())),
  },
  stream('events', '400 events of 80 bytes, filtered', { 'floor-events': 1.15 }),
  stream('events-raw', '400 events of LangGraph, filtered', { 'floor-events': 0.9 }),
];

/**
 * A workload of one row.
 *
 * @param {string} id
 * @param {string} title
 * @param {Details} details
 */
function one(id, title, { goals, count, share, ...more }) {
  return { id, rows: [{ id, title, goals, ...more }], count, share };
}

/**
 * A run that is answered with many events, each in a chunk of its own.
 *
 * @param {string} id
 * @param {string} title
 * @param {Record<string, number>} goals
 * @returns {Workload}
 */
function stream(id, title, goals) {
  const body = runBody(KIB);
  return {
    ...one(id, title, { goals, count: 16, share: 0.1, of: 'ours-events' }),
    passes: repeating(id, () => run(freshToken(), body, id)),
  };
}

/**
 * Passes of one request, which is new in each round.
 *
 * @param {string} row
 * @param {() => Request} what
 * @param {number} [status]
 * @returns {Workload['passes']}
 */
function repeating(row, what, status = 200) {
  return (count) => {
    const request = what();
    return [{ row, count, status, what: () => request }];
  };
}

/**
 * As many tokens as a pass has requests: none has been seen in the first pass, all of them have in the second.
 *
 * @param {import('./tokens.mjs').Alg} alg
 * @returns {Workload}
 */
function distinct(alg) {
  const [first, again] = ['first', 'again'].map((pass) => `${alg.toLowerCase()}-${pass}`);
  return {
    id: alg.toLowerCase(),
    rows: [
      { id: first, title: `distinct ${alg} tokens, first time`, goals: { 'jose-same': 1 } },
      { id: again, title: `distinct ${alg} tokens, second time`, goals: { 'jose-same': 1 } },
    ],
    count: 1200,
    share: 0.1,
    passes(count) {
      const requests = freshTokens(alg, count).map(metadata);
      return [first, again].map((row) => ({ row, count, status: 200, what: (index) => requests[index] }));
    },
  };
}

/**
 * @param {string} id
 * @param {string} title
 * @param {{bytes: number, goals: Record<string, number>, count: number, share: number}} details
 * @returns {Workload}
 */
function agentRun(id, title, { bytes, ...rest }) {
  const body = runBody(bytes);
  return { ...one(id, title, rest), passes: repeating(id, () => run(freshToken(), body)) };
}
