// @ts-check
// The floor with a log: the same, and one line per request of the length and shape of the gate's. Whoever wants to know of
// every decision pays that in any language.

import floor from './floor.js';

const DENIED =
  '{"event":"decision","outcome":"deny","reason":"missing_token","status":401,"request_id":"0000000000000000-00000000"}';
/** @type {Record<string, string>} */
const FOR = {
  GET: '"operation":"inspector/metadata"',
  POST: '"operation":"agent/run","agent":"agent-01","thread":"00000000-0000-8000-8000-000000000000","rule":1',
};
const BY =
  '"issuer":"https://id.bench.example","sub":"auth0|000000000000000000000000","kid":"bench-es256","alg":"ES256","cache":"hit"';

export default {
  /**
   * @param {Request} request
   * @param {import('./floor.js').Env} env
   */
  fetch(request, env) {
    const answer = floor.fetch(request, env);
    if (!(answer instanceof Promise)) return logged(answer, DENIED);
    return answer.then((response) => logged(response, allowed(request.method, response.status)));
  },
};

/**
 * @param {Response} response
 * @param {string} line
 */
function logged(response, line) {
  console.log(line);
  return response;
}

/**
 * @param {string} method
 * @param {number} status
 */
const allowed = (method, status) =>
  `{"event":"decision","outcome":"allow","reason":"ok","status":${status},${FOR[method]},${BY},"upstream_ms":0,"request_id":"0000000000000000-00000000"}`;
