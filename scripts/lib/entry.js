// @ts-check
// The Worker's entry: what worker-build's does, without the proxies and the class that it makes for every request, which cost
// more than the gate's decision. After a panic the next request starts a new instance, as there; after long bodies, too, and
// that instance takes over what the previous one knows of providers.

// @ts-expect-error the build writes it beside this file
import * as exports from './index.js';

/**
 * A handler that the Worker exports.
 *
 * @typedef {(event: unknown, env: unknown, ctx: unknown) => unknown} Handler
 */

const state = exports.__worker_init_state();

addEventListener('error', ({ error }) => noteCritical(error));

/** @param {unknown} error */
function noteCritical(error) {
  if (!(error instanceof WebAssembly.RuntimeError)) return;
  console.error('{"event":"panic"}', error);
  state.criticalError = true;
}

/**
 * Calls a handler of the gate in an instance that has not panicked, and whose memory is small or in use.
 *
 * @param {Handler} handler
 * @param {unknown} event
 * @param {unknown} env
 * @param {unknown} ctx
 */
function call(handler, event, env, ctx) {
  if (state.criticalError) {
    exports.__wbg_reset_state();
    state.criticalError = false;
    state.instanceId++;
  }
  try {
    const saved = exports.handOver();
    if (saved) {
      exports.__wbg_reset_state();
      exports.takeOver(saved);
    }
    return handler(event, env, ctx);
  } catch (error) {
    noteCritical(error);
    throw error;
  }
}

/** @type {Record<'fetch' | 'scheduled', Handler>} */
export default {
  fetch: (request, env, ctx) => call(exports.fetch, request, env, ctx),
  scheduled: (event, env, ctx) => call(exports.scheduled, event, env, ctx),
};
