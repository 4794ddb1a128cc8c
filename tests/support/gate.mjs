// @ts-check
// Runs the built Worker in workerd. Requests reach it on its own socket, without Miniflare's entry Worker, which would
// rewrite Accept-Encoding and re-encode answers.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Miniflare } from 'miniflare';
import { BUILD as OWN_BUILD, inRoot } from '../../scripts/lib/paths.mjs';
import { Client } from './client.mjs';
import { withFakes } from './fakes.mjs';
import { Log } from './log.mjs';

const BUILD = process.env.GATE_BUILD ?? OWN_BUILD;

/**
 * One gate. `vars` are settings and secrets (a table stays a table, a string stays a string, `undefined` is left out),
 * `kv` the namespaces to bind, `env` further bindings in Miniflare's words, `fakes` bindings that the test plays,
 * `persist` a folder that outlives the gate. `front` are modules in front of the Worker, where no binding is played.
 *
 * @typedef {{mainModule: string, modules: object, bindings?: object}} Front
 * @typedef {{vars?: object, kv?: string[], env?: object, fakes?: Record<string, object>, front?: Front}} Settings
 * @param {Settings & {persist?: string}} [options]
 */
export async function startGate({ persist, ...settings } = {}) {
  const [gate] = await startGates([settings], persist);
  return gate;
}

/**
 * Several gates in one workerd process, each with its own settings. They share one log and one `dispose`.
 *
 * @param {Settings[]} list
 * @param {string} [persist]
 */
export async function startGates(list, persist) {
  const log = new Log();
  const miniflare = new Miniflare({
    port: 0,
    cf: false,
    enableDevRegistry: false,
    resourcePersistencePath: persist,
    handleStructuredLogs: (/** @type {{message: string}} */ { message }) => log.take(message),
    workers: list.map((settings, index) => worker(name(index), settings)),
  });
  await miniflare.ready;
  return Promise.all(
    list.map(
      async (_, index) => new Gate(miniflare, name(index), await miniflare.unsafeGetDirectURL(name(index)), log),
    ),
  );
}

class Gate extends Client {
  /**
   * @param {Miniflare} miniflare
   * @param {string} name
   * @param {URL} url
   * @param {Log} log
   */
  constructor(miniflare, name, url, log) {
    super(url);
    this.miniflare = miniflare;
    this.name = name;
    this.log = log;
  }

  /** A bound KV namespace, from outside the Worker. */
  kv(binding = 'JWKS_CACHE') {
    return this.miniflare.getKVNamespace(binding, this.name);
  }

  async dispose() {
    await this.miniflare.dispose();
  }
}

const name = (/** @type {number} */ index) => `gate-${index}`;

/**
 * @param {string} name
 * @param {Settings} settings
 */
function worker(name, { vars = {}, kv = ['JWKS_CACHE'], env = {}, fakes = {}, front = withFakes(fakes) }) {
  const present = Object.entries(JSON.parse(JSON.stringify(vars))); // without what is undefined, at any depth
  const variables = present.map(([key, value]) => [key, { type: typeof value === 'string' ? 'text' : 'json', value }]);
  const namespaces = kv.map((binding) => [binding, { type: 'kv', id: `${name}-${binding}` }]);
  return {
    config: {
      name,
      ...compatibility(),
      manifest: { mainModule: front.mainModule, modules: { ...modules(), ...front.modules } },
      env: { ...Object.fromEntries([...variables, ...namespaces]), ...env, ...front.bindings },
    },
    dev: { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }], stripCfConnectingIp: false },
  };
}

/** The build's one script and its wasm modules, as wrangler would upload them. */
function modules() {
  if (!existsSync(join(BUILD, 'index.js'))) throw new Error(`no Worker in ${BUILD}: run \`npm run build\` first`);
  const wasm = readdirSync(BUILD).filter((file) => file.endsWith('.wasm'));
  return {
    'index.js': { type: 'esm', contents: readFileSync(join(BUILD, 'index.js'), 'utf8') },
    ...Object.fromEntries(wasm.map((file) => [file, { type: 'wasm', contents: bytes(join(BUILD, file)) }])),
  };
}

/** @param {string} file */
function bytes(file) {
  return new Uint8Array(readFileSync(file));
}

/** The date and flags that wrangler.toml deploys with. */
function compatibility() {
  const text = readFileSync(inRoot('wrangler.toml'), 'utf8');
  const [, compatibilityDate] = /** @type {RegExpExecArray} */ (/^compatibility_date\s*=\s*"([^"]+)"/m.exec(text));
  const flags = /^compatibility_flags\s*=\s*\[([^\]]*)\]/m.exec(text)?.[1] ?? '';
  return { compatibilityDate, compatibilityFlags: flags.match(/[a-z_]+/g) ?? [] };
}
