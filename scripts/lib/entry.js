// @ts-check
// The Worker's entry: what worker-build's does, without the proxies and the class that it makes for every request, which cost
// more than the gate's decision. After a panic the next request starts a new instance, as there.

// @ts-expect-error the build writes it beside this file
import * as exports from './index.js';

const state = exports.__worker_init_state();

addEventListener('error', ({ error }) => noteCritical(error));

function noteCritical(error) {
  if (!(error instanceof WebAssembly.RuntimeError)) return;
  console.error('{"event":"panic"}', error);
  state.criticalError = true;
}

/** Calls a handler of the gate in an instance that has not panicked. */
function call(handler, event, env, ctx) {
  if (state.criticalError) {
    exports.__wbg_reset_state();
    state.criticalError = false;
    state.instanceId++;
  }
  try {
    return handler(event, env, ctx);
  } catch (error) {
    noteCritical(error);
    throw error;
  }
}

export default {
  fetch: (request, env, ctx) => call(exports.fetch, request, env, ctx),
  scheduled: (event, env, ctx) => call(exports.scheduled, event, env, ctx),
};
