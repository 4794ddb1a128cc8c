// @ts-check
// Bindings that live in the test instead of in workerd: a store that fails or hangs on command, a limiter and a dataset
// that remember what they were asked, and a clock. The built Worker runs as it is; a module in front of it lays them over
// its `env`, the clock over `Date.now`.

/**
 * A binding that the test plays: an object with methods.
 *
 * @typedef {Record<string, any>} Fake
 */

/** The module that runs instead of the build's own. Each call of a fake's method is one request to the test. */
const MODULE = `
  import { waitUntil } from 'cloudflare:workers';
  import Gate from './index.js';
  const PREFIX = 'FAKE_';
  const ask = async (service, method, values) => {
    const answer = await service.fetch('http://fake/' + method, { method: 'POST', body: JSON.stringify(values) });
    if (!answer.ok) throw new Error('the fake failed');
    return (await answer.json()).value;
  };
  // A data point is on its way when the call returns, whether or not the request has been answered by then.
  const call = (service, method) => (...values) => {
    const asked = ask(service, method, values);
    waitUntil(asked.catch(() => {}));
    return asked;
  };
  // Whoever takes methods off a binding finds every one that it may ask for.
  const METHODS = ['get', 'getWithMetadata', 'put', 'list', 'delete', 'limit', 'writeDataPoint'];
  const fake = (service) => Object.fromEntries(METHODS.map((method) => [method, call(service, method)]));
  const laid = (env) => {
    const fakes = Object.keys(env).filter((name) => name.startsWith(PREFIX));
    return { ...env, ...Object.fromEntries(fakes.map((name) => [name.slice(PREFIX.length), fake(env[name])])) };
  };
  const now = Date.now;
  let ahead = 0;
  Date.now = () => now() + ahead * 1000;
  const setClock = async ({ FAKE_CLOCK: clock }) => {
    if (clock) ahead = await ask(clock, 'read', []);
  };
  export default {
    async fetch(request, env, ctx) {
      await setClock(env);
      return Gate.fetch(request, laid(env), ctx);
    },
    async scheduled(event, env, ctx) {
      await setClock(env);
      return Gate.scheduled(event, laid(env), ctx);
    },
  };
`;

/**
 * The modules and bindings that put `fakes` (binding name → object with methods) in front of a Worker.
 *
 * @param {Record<string, Fake>} fakes
 */
export function withFakes(fakes) {
  const names = Object.keys(fakes);
  if (names.length === 0) return { mainModule: 'index.js', modules: {}, bindings: {} };
  const bindings = names.map((name) => [
    `FAKE_${name}`,
    { type: 'fetcher', handler: (/** @type {Request} */ request) => take(fakes[name], request) },
  ]);
  return {
    mainModule: 'fakes.js',
    modules: { 'fakes.js': { type: 'esm', contents: MODULE } },
    bindings: Object.fromEntries(bindings),
  };
}

/**
 * @param {Fake} fake
 * @param {Request} request
 */
async function take(fake, request) {
  const method = new URL(request.url).pathname.slice(1);
  try {
    const value = await fake[method](...(await request.json()));
    return Response.json({ value: value ?? null });
  } catch {
    return new Response(null, { status: 500 });
  }
}

/** The gate's clock, so many seconds ahead of the machine's. Timers go on as they are. */
export class FakeClock {
  ahead = 0;

  read() {
    return this.ahead;
  }
}

/**
 * A KV namespace. `state` is `well`, `failing`, `hanging`, or `slow`: then it answers when `answer` is called. `reads` and
 * `writes` are the names that were asked for.
 */
export class FakeKv {
  /** @type {Map<string, string>} */
  entries = new Map();
  state = 'well';
  /** @type {string[]} */
  reads = [];
  /** @type {string[]} */
  writes = [];
  /** @type {((value?: unknown) => void)[]} */
  #waiting = [];
  /** @type {((value?: unknown) => void)[]} */
  #arrivals = [];

  /** Answers all that wait, and lets `state` be `well`. */
  answer() {
    this.state = 'well';
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Settles when it is asked for anything again. Call it before the request that asks. */
  asked() {
    return new Promise((resolve) => this.#arrivals.push(resolve));
  }

  /** @param {string} name */
  async get(name) {
    this.reads.push(name);
    await this.#suffer();
    return this.entries.get(name);
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  async put(name, value) {
    this.writes.push(name);
    await this.#suffer();
    this.entries.set(name, value);
  }

  async #suffer() {
    for (const resolve of this.#arrivals.splice(0)) resolve();
    if (this.state === 'failing') throw new Error('out of order');
    if (this.state === 'hanging') await new Promise(() => {});
    if (this.state === 'slow') await new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** A rate limit binding that admits every key so many times, or fails. `keys` are those it was asked about. */
export class FakeLimiter {
  isBroken = false;
  /** @type {string[]} */
  keys = [];
  #times = Infinity;

  /** @param {{key: string}} asked */
  limit({ key }) {
    this.keys.push(key);
    if (this.isBroken) throw new Error('out of order');
    return { success: this.keys.filter((known) => known === key).length <= this.#times };
  }

  /**
   * Forgets everything; from now on every key is admitted so many times.
   *
   * @param {number} times
   */
  admits(times) {
    this.#times = times;
    this.keys = [];
    this.isBroken = false;
  }
}

/** A dataset that keeps its points, or fails. */
export class FakeDataset {
  /** @type {object[]} */
  points = [];
  isBroken = false;

  /** @param {object} point */
  writeDataPoint(point) {
    if (this.isBroken) throw new Error('out of order');
    this.points.push(point);
  }
}
