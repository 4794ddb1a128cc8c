// An app of examples/, started with its own `npm start` as its README says, on ports that are free.

import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { startOnLeash } from '../../../demo/on-leash.mjs';
import { appHomeOf, appOf } from '../../../scripts/lib/examples.mjs';
import { ROOT } from '../../../scripts/lib/paths.mjs';
import { freeUrl } from '../../support/port.mjs';

/** Longest wait for an app to be up: its first page is compiled, and the machine may be busy. */
const PATIENCE_MS = 240_000;

/** What stays from one run to the next: packages, and what Next.js has compiled. */
const KEPT = ['node_modules', '.installed', '.next'];
/** What somebody who has tried the example has in its folder, keys among it. */
const MADE = /(^|\/)(node_modules|\.next|\.wrangler|dist|\.dev\.vars|\.env\.local|package-lock\.json)$/;
const TEXT = ['.html', '.js', '.json', '.jsx', '.mjs', '.toml'];

/** Nobody but this machine is to hear of a test. */
const QUIET = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  COPILOTKIT_TELEMETRY_DISABLED: 'true',
  DO_NOT_TRACK: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_SEND_METRICS: 'false',
};

/**
 * Starts the example `name`, which uses `ports` unless this moves them. `changes` (file → function) are what must be
 * otherwise here. `url` is the address that the example says to open, `at` gives the one that stands for a port.
 */
export async function startApp(name, { ports, changes = {} }) {
  const moved = new Map();
  for (const port of ports) moved.set(String(port), new URL(await freeUrl()).port);
  const folder = appHomeOf(name);
  copy(appOf(name), folder, moved);
  for (const [file, change] of Object.entries(changes)) rewrite(join(folder, file), change);
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...own } = process.env;
  const env = { ...own, ...QUIET, NO_COLOR: '1', FORCE_COLOR: '0', WRANGLER_REGISTRY_PATH: join(folder, '.registry') };
  const lines = [];
  const { promise, resolve, reject } = Promise.withResolvers();
  const app = startOnLeash('npm', ['start'], {
    cwd: folder,
    env,
    onLine(line) {
      lines.push(line);
      const [, url] = /Ready\. Open (\S+)/.exec(line) ?? [];
      if (url) resolve(url);
    },
  });
  const complain = (what) => reject(new Error(`${name} ${what}:\n${lines.join('\n')}`));
  const impatience = setTimeout(() => complain('is not up'), PATIENCE_MS);
  app.exited.then(() => complain('ended'));
  try {
    const url = await promise;
    return { url, lines, at: (port) => `http://localhost:${moved.get(String(port))}`, close: app.close };
  } catch (error) {
    await app.close();
    throw error;
  } finally {
    clearTimeout(impatience);
  }
}

/** Copies the example to where its packages are, with other ports, and with this project where it then is. */
function copy(from, to, ports) {
  for (const entry of readdirSync(to)) {
    if (!KEPT.includes(entry)) rmSync(join(to, entry), { recursive: true });
  }
  cpSync(from, to, { recursive: true, filter: (path) => !MADE.test(path) });
  const number = new RegExp(`\\b(${[...ports.keys()].join('|')})\\b`, 'g');
  for (const path of sourcesIn(to)) rewrite(path, (text) => text.replace(number, (port) => ports.get(port)));
  rewrite(join(to, 'wrangler.toml'), (text) => text.replaceAll('../../', `${relative(to, ROOT)}/`));
}

function sourcesIn(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !KEPT.includes(name));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesIn(path);
    return TEXT.includes(extname(path)) ? [path] : [];
  });
}

const rewrite = (path, change) => writeFileSync(path, change(readFileSync(path, 'utf8')));
