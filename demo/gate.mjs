// The gate itself, as `wrangler dev` runs it: the built Worker in workerd, on this machine.

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser';
import { newNode } from '../scripts/lib/npm.mjs';
import { ROOT, inRoot } from '../scripts/lib/paths.mjs';
import { withNodeBin } from '../scripts/lib/run.mjs';
import { Failure } from '../scripts/lib/say.mjs';
import { baseUrlAt } from './config.mjs';
import { HOST } from './listen.mjs';
import { startOnLeash } from './on-leash.mjs';

const READY = /Ready on http:\/\/[^:]+:(\d+)/;

/** Keeps wrangler from calling home, and from sharing anything with another wrangler. */
const quiet = (folder) => ({
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_LOG_PATH: `${folder}/logs`,
  WRANGLER_REGISTRY_PATH: `${folder}/registry`,
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  DO_NOT_TRACK: '1',
  // Its lines are read by a program.
  NO_COLOR: '1',
  FORCE_COLOR: '0',
});

const CONFIG = 'demo/wrangler.toml';
/** Where wrangler lets this machine write to the KV namespaces of a Worker that it runs. */
const KV = '/cdn-cgi/explorer/api/storage/kv/namespaces';

/**
 * Starts the gate on `port` (0: any free one) with `vars` in place of demo/wrangler.toml's, and further `bindings` in
 * wrangler's words. `onLine` gets what it logs once it is up.
 */
export async function startGate({ port = 0, vars = {}, bindings = {}, onLine = () => {} }) {
  mkdirSync(inRoot('.wrangler'), { recursive: true });
  // A folder of its own: what an earlier run cached was signed by an earlier provider.
  const folder = mkdtempSync(inRoot('.wrangler/demo-'));
  const early = [];
  let ready;
  const isReady = new Promise((resolve) => (ready = resolve));
  const wrangler = startOnLeash(newNode(), wranglerArgs(port, folder, writeConfig(folder, vars, bindings)), {
    env: { ...withNodeBin(), ...quiet(folder) },
    onLine(line) {
      if (!early.done) early.push(line);
      else onLine(line);
      const [, bound] = READY.exec(line) ?? [];
      if (bound) ready(Number(bound));
    },
  });
  const close = async () => {
    await wrangler.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const bound = await Promise.race([isReady, wrangler.exited.then(() => undefined)]);
    if (!bound) throw new Failure(`wrangler dev ended before the gate was up:\n${early.join('\n')}`);
    const url = baseUrlAt(bound);
    await checkHealth(url, early);
    early.done = true;
    const putKv = (namespace, key, value) => put(`http://${HOST}:${bound}${KV}/${namespace}`, key, value);
    return { url, port: bound, exited: wrangler.exited, putKv, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Writes the configuration of this run: demo/wrangler.toml with `vars` and `bindings`. In a folder of its own, so that
 * nobody's .dev.vars counts.
 */
function writeConfig(folder, vars, bindings) {
  const usual = getStaticTOMLValue(parseTOML(readFileSync(inRoot(CONFIG), 'utf8')));
  const config = {
    ...usual,
    ...bindings,
    main: besideConfig(usual.main),
    build: { ...usual.build, cwd: ROOT, watch_dir: besideConfig(usual.build.watch_dir) },
    vars: { ...usual.vars, ...vars },
    kv_namespaces: [...usual.kv_namespaces, ...(bindings.kv_namespaces ?? [])],
  };
  const path = `${folder}/wrangler.json`;
  writeFileSync(path, JSON.stringify(config, null, 2));
  return path;
}

const besideConfig = (path) => resolve(dirname(inRoot(CONFIG)), path);

function wranglerArgs(port, folder, config) {
  return [
    inRoot('node_modules/wrangler/bin/wrangler.js'),
    'dev',
    ...['--config', config],
    ...['--ip', HOST, '--port', String(port), '--inspector-port', '0'],
    ...['--persist-to', `${folder}/state`],
    '--local',
    '--show-interactive-dev-session=false',
  ];
}

async function put(namespace, key, value) {
  const response = await fetch(`${namespace}/values/${encodeURIComponent(key)}`, { method: 'PUT', body: value });
  if (!response.ok) throw new Failure(`wrangler did not take ${key} into KV: ${response.status}`);
}

/** A gate with a wrong setting answers everything with 500: say so now, with what it logged. */
async function checkHealth(url, log) {
  const response = await fetch(`${url}/.gate/health`);
  const body = await response.text();
  if (response.ok && !body.includes('misconfigured')) return;
  throw new Failure(`the gate is up but not well: ${response.status} ${body}\n${log.join('\n')}`);
}
