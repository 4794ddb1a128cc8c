// @ts-check
// How much memory wasm has in a gate: a module in front of the built Worker, which runs as it is, sees every instance that it
// makes.

/** The header field of a request that asks. */
const FIELD = 'x-test-memory';

const INSTANCES = `
  const { Instance } = WebAssembly;
  let count = 0;
  let memory;
  WebAssembly.Instance = class extends Instance {
    constructor(...values) {
      super(...values);
      count += 1;
      memory = this.exports.memory;
    }
  };
  export const measure = () => ({ count, bytes: memory.buffer.byteLength });
`;

const MODULE = `
  import { measure } from './instances.js';
  import Gate from './index.js';
  export default {
    fetch: (request, env, ctx) =>
      request.headers.has('${FIELD}') ? Response.json(measure()) : Gate.fetch(request, env, ctx),
  };
`;

/** In place of fakes: `measure` tells of a gate with it. */
export const MEASURED = {
  mainModule: 'measured.js',
  modules: {
    'instances.js': { type: 'esm', contents: INSTANCES },
    'measured.js': { type: 'esm', contents: MODULE },
  },
};

/**
 * How many instances a gate has made, and how many bytes of memory the last one has.
 *
 * @param {import('./client.mjs').Client} gate
 * @returns {Promise<{count: number, bytes: number}>}
 */
export const measure = async (gate) => (await gate.send({ headers: [[FIELD, '1']] })).json;
