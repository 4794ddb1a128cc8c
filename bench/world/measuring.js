// @ts-check
// In front of the gate where wasm's memory is measured: it sees every instance that the gate makes.

const { Instance } = WebAssembly;
/** @type {WebAssembly.Memory | undefined} */
let memory;
WebAssembly.Instance = class extends Instance {
  /** @param {[WebAssembly.Module, WebAssembly.Imports?]} values */
  constructor(...values) {
    super(...values);
    memory = /** @type {WebAssembly.Memory} */ (this.exports.memory);
  }
};

// Only now, since modules are run before those that import them.
// @ts-expect-error the built Worker, beside which this file is put
const { default: gate } = await import('./index.js');

export default {
  /**
   * @param {Request} request
   * @param {unknown} env
   * @param {unknown} ctx
   */
  fetch(request, env, ctx) {
    if (!request.headers.has('x-bench-memory')) return gate.fetch(request, env, ctx);
    return new Response(String(memory?.buffer.byteLength));
  },
};
