// What is measured. A workload makes the passes of one round: every contender gets the same ones, in the same order.

import { runBody } from './bodies.mjs';
import { info, run } from './requests.mjs';
import { freshToken, freshTokens } from './tokens.mjs';

const KIB = 1024;

/**
 * `rows`: what a pass is called in the results, and its goals (most times another contender's CPU time).
 * `count`: requests in a pass, enough for about a tenth of a second. `share`: its part of the time there is.
 */
export const WORKLOADS = [
  {
    id: 'repeated',
    rows: [{ id: 'repeated', title: 'one ES256 token, repeated', goals: { floor: 1.25, jose: 0.65 } }],
    count: 300,
    share: 0.2,
    passes(count) {
      const request = info(freshToken());
      return [{ row: 'repeated', count, status: 200, what: () => request }];
    },
  },
  ...['ES256', 'RS256', 'EdDSA'].map(distinct),
  {
    id: 'none',
    rows: [{ id: 'none', title: 'no token (401)', goals: { floor: 1.25 } }],
    count: 500,
    share: 0.08,
    passes(count) {
      const request = info();
      return [{ row: 'none', count, status: 401, what: () => request }];
    },
  },
  agentRun('run-4k', 'agent/run, 4 KiB body', { bytes: 4 * KIB, goals: { floor: 1.5 }, count: 200, share: 0.12 }),
  agentRun('run-1m', 'agent/run, 1 MiB body', { bytes: KIB * KIB, goals: {}, count: 8, share: 0.12 }),
];

/** As many tokens as a pass has requests: none has been seen in the first pass, all of them have in the second. */
function distinct(alg) {
  const [first, again] = ['first', 'again'].map((pass) => `${alg.toLowerCase()}-${pass}`);
  return {
    id: alg.toLowerCase(),
    rows: [
      { id: first, title: `distinct ${alg} tokens, first time`, goals: { jose: 0.9 } },
      { id: again, title: `distinct ${alg} tokens, second time`, goals: { jose: 0.9 } },
    ],
    count: 400,
    share: 0.16,
    passes(count) {
      const requests = freshTokens(alg, count).map(info);
      return [first, again].map((row) => ({ row, count, status: 200, what: (index) => requests[index] }));
    },
  };
}

function agentRun(id, title, { bytes, goals, count, share }) {
  const body = runBody(bytes);
  return {
    id,
    rows: [{ id, title, goals }],
    count,
    share,
    passes(count) {
      const request = run(freshToken(), body);
      return [{ row: id, count, status: 200, what: () => request }];
    },
  };
}
