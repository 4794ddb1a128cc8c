// @ts-check
// In front of the gate where its memory is measured: garbage is collected when it is asked for, here and in the origin.

// @ts-expect-error the built Worker, beside which this file is put
import gate from './index.js';

export default {
  /**
   * @param {Request} request
   * @param {{ORIGIN: {fetch: typeof fetch}}} env
   * @param {unknown} ctx
   */
  fetch(request, env, ctx) {
    if (!request.headers.has('x-bench-gc')) return gate.fetch(request, env, ctx);
    /** @type {() => void} */ (globalThis.gc)();
    return env.ORIGIN.fetch(request);
  },
};
