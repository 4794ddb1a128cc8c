// The gate itself, as `wrangler dev` runs it: the built Worker in workerd, on this machine.

import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { newNode } from '../scripts/lib/npm.mjs';
import { inRoot } from '../scripts/lib/paths.mjs';
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

/**
 * Starts the gate on `port` (0: any free one) with `vars` in place of demo/wrangler.toml's; a value that is no string is
 * given as JSON. `onLine` gets what it logs once it is up.
 */
export async function startGate({ port = 0, vars = {}, onLine = () => {} }) {
  mkdirSync(inRoot('.wrangler'), { recursive: true });
  // A folder of its own: what an earlier run cached was signed by an earlier provider.
  const folder = mkdtempSync(inRoot('.wrangler/demo-'));
  const early = [];
  let ready;
  const isReady = new Promise((resolve) => (ready = resolve));
  const wrangler = startOnLeash(newNode(), wranglerArgs(port, folder, vars), {
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
    return { url, port: bound, exited: wrangler.exited, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function wranglerArgs(port, folder, vars) {
  const given = Object.entries(vars).map(([name, value]) => {
    return `${name}:${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  return [
    inRoot('node_modules/wrangler/bin/wrangler.js'),
    'dev',
    ...['--config', inRoot('demo/wrangler.toml')],
    ...['--ip', HOST, '--port', String(port), '--inspector-port', '0'],
    ...['--persist-to', `${folder}/state`],
    '--local',
    '--show-interactive-dev-session=false',
    ...given.flatMap((pair) => ['--var', pair]),
  ];
}

/** A gate with a wrong setting answers everything with 500: say so now, with what it logged. */
async function checkHealth(url, log) {
  const response = await fetch(`${url}/.gate/health`);
  const body = await response.text();
  if (response.ok && !body.includes('misconfigured')) return;
  throw new Failure(`the gate is up but not well: ${response.status} ${body}\n${log.join('\n')}`);
}
