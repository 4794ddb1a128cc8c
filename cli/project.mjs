// @ts-check
// The project's configuration, read by wrangler's own reader: environments with their settings, bindings and secrets.

import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { Failure } from './failure.mjs';
import { standIn } from './secret-kinds.mjs';

/** @typedef {typeof import('wrangler')} Wrangler */
/** @typedef {import('wrangler').Unstable_Config} Config */
/**
 * An environment of the project. `label` names it for people; `local` has the secrets whose values are here, `missing` the names
 * of those whose values are not.
 *
 * @typedef {{
 *   name: string | undefined, label: string, isDeployed: boolean, config: Config, required: string[],
 *   local: Record<string, string>, missing: string[], settings: import('./core.mjs').Settings,
 * }} Environment
 */

/** What the gate calls the kinds of bindings, by their names in wrangler's configuration. */
const BINDINGS = {
  kv_namespaces: 'kv_namespace',
  services: 'service',
  ratelimits: 'rate_limit',
  analytics_engine_datasets: 'dataset',
};

/** The secrets in the Secrets Store, which have values like all others. */
const STORED = 'secrets_store_secrets';

/** The options that select the configuration. */
/** @satisfies {import('node:util').ParseArgsOptionsConfig} */
export const PROJECT_OPTIONS = { config: { type: 'string', short: 'c' }, env: { type: 'string', short: 'e' } };

/** Path of wrangler's program in the project, for commands that hand work over to it. */
export function wranglerBin() {
  const path = resolveWrangler('wrangler/package.json');
  return join(path, '..', 'bin', 'wrangler.js');
}

/**
 * Reads every environment, or only `env`; `names` are all that can be deployed. Each is `{name, label, config, settings, required, local, missing}`: `settings`
 * are the input of the core, with stand-ins for secrets whose values are not here; `local` has the values that are.
 *
 * @param {{config?: string, env?: string}} options
 */
export async function readProject({ config, env }) {
  /** @type {Wrangler} */
  // `require` takes a third less time than `import`, which looks for the names that this file of 15 MB exports.
  const wrangler = createRequire(import.meta.url)(resolveWrangler('wrangler'));
  const { configPath, names } = attempt(() => {
    const { rawConfig, configPath } = wrangler.experimental_readRawConfig({ config });
    return { configPath, names: Object.keys(rawConfig.env ?? {}) };
  });
  if (!configPath) {
    throw new Failure('there is no wrangler.toml or wrangler.jsonc here: `copilotkit-gate init` writes one', 2);
  }
  if (!statSync(configPath).isFile()) throw new Failure(`${shown(configPath)} is not a file`, 2);
  if (env !== undefined && env !== '' && !names.includes(env)) {
    const known = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none';
    throw new Failure(`${shown(configPath)} has no environment "${env}": ${known}`, 2);
  }
  const wanted = env === undefined ? [undefined, ...names] : [env || undefined];
  const environments = wanted.map((name) => environment(wrangler, { configPath, name, names }));
  return { path: configPath, shownPath: shown(configPath), names, environments };
}

/**
 * @param {Wrangler} wrangler
 * @param {{configPath: string, name: string | undefined, names: string[]}} place
 * @returns {Environment}
 */
function environment(wrangler, { configPath, name, names }) {
  const config = attempt(() => wrangler.unstable_readConfig({ config: configPath, env: name }, { hideWarnings: true }));
  const required = config.secrets?.required ?? [];
  const local = name === undefined ? localSecrets(wrangler, configPath, config) : {};
  const vars = { ...config.vars };
  const needed = new Set([
    ...required,
    ...secretsOfIssuers(vars),
    ...(vars.THREADS === 'isolated' ? ['THREAD_KEY'] : []),
  ]);
  const stored = (config[STORED] ?? []).map((/** @type {{binding: string}} */ { binding }) => binding);
  const isHere = (/** @type {string} */ secret) =>
    Object.hasOwn(local, secret) || Object.hasOwn(vars, secret) || stored.includes(secret);
  const missing = [...needed].filter((secret) => !isHere(secret));
  const standIns = Object.fromEntries([...missing, ...stored].map((secret) => [secret, standIn(secret)]));
  return {
    name,
    label: name ?? (names.length > 0 ? 'top level (wrangler dev)' : 'top level'),
    isDeployed: name !== undefined || names.length === 0,
    config,
    required,
    local,
    missing,
    settings: { vars: { ...vars, ...standIns, ...local }, bindings: bindings(config) },
  };
}

/**
 * The values that `wrangler dev` would use, from `.dev.vars` or `.env`.
 *
 * @param {Wrangler} wrangler
 * @param {string} configPath
 * @param {Config} config
 * @returns {Record<string, string>}
 */
function localSecrets(wrangler, configPath, config) {
  const found = attempt(() =>
    wrangler.unstable_getVarsForDev(configPath, undefined, config.vars, undefined, true, config.secrets),
  );
  const secrets = Object.entries(found).filter(([, { type }]) => type === 'secret_text');
  return Object.fromEntries(secrets.map(([name, { value }]) => [name, value]));
}

/** @param {Config} config */
function bindings(config) {
  /** @type {Record<string, string>} */
  const found = {};
  const lists = new Map(Object.entries(config));
  for (const [list, kind] of Object.entries(BINDINGS)) {
    for (const { binding, name } of lists.get(list) ?? []) found[binding ?? name] = kind;
  }
  for (const [list, items] of lists) {
    if (list in BINDINGS || list === STORED || !Array.isArray(items)) continue;
    for (const { binding } of items) if (typeof binding === 'string') found[binding] ??= 'other';
  }
  return found;
}

/**
 * The secrets that issuers name.
 *
 * @param {Record<string, any>} vars
 * @returns {string[]}
 */
function secretsOfIssuers({ ISSUERS }) {
  const issuers = typeof ISSUERS === 'string' ? parsed(ISSUERS) : ISSUERS;
  if (!Array.isArray(issuers)) return [];
  // The value may be the secret itself, by mistake: it counts only if it looks like a name.
  return issuers.flatMap((issuer) => issuer?.secret ?? []).filter((name) => /^[A-Z0-9_]+$/.test(name));
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {string} what */
function resolveWrangler(what) {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve(what);
    } catch {
      // not there
    }
  }
  throw new Failure('wrangler is not installed here: npm install --save-dev wrangler', 2);
}

/**
 * What wrangler throws is its reader's word on a file that cannot be read.
 *
 * @template Result
 * @param {() => Result} work
 * @returns {Result}
 */
function attempt(work) {
  try {
    return work();
  } catch (error) {
    const notes = error.notes?.map((/** @type {{text?: string}} */ { text }) => text).filter(Boolean) ?? [];
    const { file, line } = error.location ?? {};
    const place = file === undefined ? '' : `${shown(file)}:${line}: `;
    throw new Failure([place + error.message, ...notes].join('\n  ').trim(), 2);
  }
}

/** @param {string} path */
const shown = (path) => relative(process.cwd(), path) || path;
