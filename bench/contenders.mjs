// @ts-check
// The contenders: one workerd configuration each, alike but for the gate.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inRoot } from '../scripts/lib/paths.mjs';
import { INFO, METADATA, THREADS } from './answers.mjs';
import { SETTINGS } from './settings.mjs';
import { mapValues } from './stats.mjs';
import { AUDIENCE, ISSUER, JWKS } from './tokens.mjs';
import { writeConfig } from './workerd.mjs';

/**
 * A Worker with its files and its bindings.
 *
 * @typedef {{name: string, modules: Record<string, string | Buffer>, bindings: Record<string, unknown>}} Gate
 */

/** What the origin answers, as text: it is not to spend time on it. */
const ANSWERS = mapValues({ INFO, THREADS, METADATA }, (/** @type {object} */ value) => JSON.stringify(value));

/** @param {string} path */
const inBench = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The contenders in JavaScript. */
export const SCRIPTS = ['floor', 'floor-log', 'floor-events', 'floor-calls', 'jose', 'jose-same', 'hono'];

const EVENTS = {
  settings: { HIDE_EVENTS: ['RAW', 'CUSTOM:system:*'], ERROR_MESSAGES: 'hide' },
  workloads: ['events', 'events-raw'],
};

/**
 * The gate once more: with other settings than usual, on the few workloads where they matter, and with the same, for what two
 * processes of one build differ by.
 *
 * @type {Record<string, {settings: object, workloads?: string[]}>}
 */
export const VARIANTS = {
  'ours-again': { settings: {} },
  'ours-denied': { settings: { LOG: 'denied' }, workloads: ['repeated', 'run-4k'] },
  'ours-events': EVENTS,
  'ours-events-again': EVENTS,
};

/**
 * The contender that is `name` once more.
 *
 * @param {string} name
 */
export const again = (name) => `${name}-again`;

/**
 * Configurations by the names of `contenders`, in this order. `builds`: folders of built Workers by contender's name.
 * `v8Flags`: more than workerd's own.
 *
 * @param {string[]} contenders
 * @param {Record<string, string>} builds
 * @param {string[]} [v8Flags]
 * @returns {Promise<Record<string, string>>}
 */
export async function configure(contenders, builds, v8Flags = []) {
  const gates = await Promise.all(
    contenders.map((name) => {
      const { settings } = VARIANTS[name] ?? {};
      const build = builds[settings ? 'ours' : name];
      return build ? rust(name, build, settings) : javaScript(name);
    }),
  );
  return Object.fromEntries(gates.map((gate) => [gate.name, writeConfig(around(gate, v8Flags))]));
}

/**
 * Whether `contender` has a gate's duties, and not only verifies tokens.
 *
 * @param {string} contender
 */
export const isGate = (contender) => contender === 'jose-same' || !SCRIPTS.includes(contender);

/**
 * Whether `contender` is measured on `workload`.
 *
 * @param {string} contender
 * @param {import('./workloads.mjs').Workload} workload
 */
export function takesPart(contender, workload) {
  const { workloads } = VARIANTS[contender] ?? {};
  if (workloads) return workloads.includes(workload.id);
  // Who passes a stream does as the floor does.
  if (workload.id.startsWith('events')) return ['floor', 'floor-events', 'ours'].includes(contender);
  return contender !== 'floor-events';
}

/**
 * The configuration of the gate alone, with these settings beside the usual ones. A request with `x-bench-gc` makes it and
 * the origin collect their garbage.
 *
 * @param {string} build
 * @param {object} settings
 */
export function configureCollecting(build, settings) {
  const { modules, ...gate } = rust('ours', build, settings);
  const collecting = { 'collecting.js': readFileSync(inBench('world/collecting.js')), ...modules };
  return writeConfig(around({ ...gate, modules: collecting }, ['--expose-gc']));
}

/**
 * The configuration of the gate alone, with these settings beside the usual ones. A request with `x-bench-memory` is answered
 * with the bytes of wasm's memory.
 *
 * @param {string} build
 * @param {object} settings
 */
export function configureMeasuring(build, settings) {
  const { modules, ...gate } = rust('ours', build, settings);
  const measuring = { 'measuring.js': readFileSync(inBench('world/measuring.js')), ...modules };
  return writeConfig(around({ ...gate, modules: measuring }));
}

/**
 * The files that are deployed, as `[name, bytes]`.
 *
 * @param {string} build
 * @returns {[name: string, bytes: Buffer][]}
 */
export function deployed(build) {
  const names = readdirSync(build).filter((name) => name === 'index.js' || name.endsWith('.wasm'));
  return names.map((name) => [name, readFileSync(join(build, name))]);
}

/**
 * @param {string} name
 * @returns {Promise<Gate>}
 */
async function javaScript(name) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [inBench(`contenders/${name}.js`)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'esnext',
    conditions: ['workerd', 'worker', 'browser'],
    // Names stay, for profiles.
    minifySyntax: true,
    minifyWhitespace: true,
  });
  return {
    name,
    modules: { 'index.js': Buffer.from(outputFiles[0].contents) },
    bindings: { JWKS_URI: `${ISSUER}/jwks`, ISSUER, AUDIENCE, ...SETTINGS },
  };
}

/**
 * @param {string} name
 * @param {string} build
 * @param {object | undefined} settings
 * @returns {Gate}
 */
const rust = (name, build, settings) => ({
  name,
  modules: Object.fromEntries(deployed(build)),
  bindings: { ...SETTINGS, ...settings },
});

/**
 * A gate with the origin bound to it, and the provider at the end of its global fetch.
 *
 * @param {Gate} gate
 * @param {string[]} [v8Flags]
 */
function around({ name, modules, bindings }, v8Flags = []) {
  const text = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "gate", worker = .gate),
    (name = "origin", worker = .origin),
    (name = "provider", worker = .provider),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "gate")],
  v8Flags = [${v8Flags.map(quote).join(', ')}],
);

const gate :Workerd.Worker = (
  modules = [${Object.keys(modules).map(module).join(', ')}],
  bindings = [(name = "ORIGIN", service = "origin"), ${Object.entries(bindings).map(binding).join(', ')}],
  globalOutbound = "provider",
  ${compatibility()}
);

const origin :Workerd.Worker = (
  modules = [${module('origin.js')}],
  bindings = [${Object.entries(ANSWERS).map(binding).join(', ')}],
  ${compatibility()}
);

const provider :Workerd.Worker = (
  modules = [${module('provider.js')}],
  bindings = [${Object.entries({ ISSUER, JWKS }).map(binding).join(', ')}],
  ${compatibility()}
);
`;
  const world = ['origin.js', 'provider.js'].map((file) => [file, readFileSync(inBench(`world/${file}`))]);
  return { name, text, files: { ...modules, ...Object.fromEntries(world) } };
}

/** @param {string} file */
const module = (file) =>
  `(name = ${quote(file)}, ${file.endsWith('.wasm') ? 'wasm' : 'esModule'} = embed ${quote(file)})`;

/** @param {[name: string, value: unknown]} entry */
const binding = ([name, value]) =>
  typeof value === 'string'
    ? `(name = ${quote(name)}, text = ${quote(value)})`
    : `(name = ${quote(name)}, json = ${quote(JSON.stringify(value))})`;

/** @param {string} text */
const quote = (text) => JSON.stringify(text);

/** The date and flags that wrangler.toml deploys with. */
function compatibility() {
  const text = readFileSync(inRoot('wrangler.toml'), 'utf8');
  const [, date] = /** @type {RegExpExecArray} */ (/^compatibility_date\s*=\s*"([^"]+)"/m.exec(text));
  const flags = /^compatibility_flags\s*=\s*(\[[^\]]*\])/m.exec(text)?.[1] ?? '[]';
  return `compatibilityDate = ${quote(date)}, compatibilityFlags = ${flags},`;
}
