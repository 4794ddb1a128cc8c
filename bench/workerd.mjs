// @ts-check
// workerd processes: each serves one contender, together with the origin and the provider that it talks to.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Failure } from '../scripts/lib/say.mjs';

/**
 * A workerd process that listens.
 *
 * @typedef {Awaited<ReturnType<typeof startWorkerd>>} Process
 */
/** @typedef {{port: number, inspectorPort?: number}} Ports */

const PATIENCE_MS = 20_000;
const running = new Set();
const folders = new Set();

// Nothing outlives the bench.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 })) {
  process.on(signal, () => process.exit(128 + number));
}

/** The workerd that Miniflare, and with it every test, runs. */
function workerd() {
  const fromHere = createRequire(import.meta.url);
  return createRequire(fromHere.resolve('miniflare'))('workerd');
}

export const workerdVersion = () => workerd().version;

/**
 * Writes a configuration and its files to a folder of its own; gives the configuration's path.
 *
 * @param {{text: string, files: Record<string, string | Buffer>}} config
 */
export function writeConfig({ text, files }) {
  const folder = mkdtempSync(join(tmpdir(), 'gate-bench-'));
  folders.add(folder);
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(folder, name), contents);
  const path = join(folder, 'config.capnp');
  writeFileSync(path, text);
  return path;
}

/**
 * Starts workerd; resolves when it listens, to its process id, its ports, and how to end it. With `logs`, also to its log
 * as lines; without it that goes to /dev/null, for every contender.
 *
 * @param {string} config
 * @param {{inspect?: boolean, logs?: boolean}} [options]
 */
export async function startWorkerd(config, { inspect = false, logs = false } = {}) {
  const inspector = inspect ? ['--inspector-addr=127.0.0.1:0'] : [];
  const args = ['serve', '--control-fd=3', ...inspector, config];
  const child = spawn(workerd().default, args, { stdio: ['ignore', logs ? 'pipe' : 'ignore', 'ignore', 'pipe'] });
  running.add(child);
  const ended = new Promise((resolve) => child.once('exit', resolve)).then(() => running.delete(child));
  const control = /** @type {import('node:net').Socket} */ (child.stdio[3]);
  const listening = ports(control, inspect);
  const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const found = await Promise.race([listening, ended.then(() => undefined)]);
  clearTimeout(patience);
  if (!found) throw new Failure(`workerd does not start: ${complaint(args)}`);
  // A bench that has failed ends, and its processes with it.
  child.unref();
  control.unref();
  return {
    // It listens, so it has one.
    pid: /** @type {number} */ (child.pid),
    ...found,
    log: child.stdout && createInterface(child.stdout),
    async stop() {
      child.ref();
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/**
 * The ports that workerd announces, one JSON line each.
 *
 * @param {import('node:net').Socket} stream
 * @param {boolean} inspect
 * @returns {Promise<Ports | undefined>}
 */
async function ports(stream, inspect) {
  const found = {};
  for await (const line of createInterface(stream)) {
    const { event, port } = JSON.parse(line);
    if (event === 'listen') found.port = port;
    if (event === 'listen-inspector') found.inspectorPort = port;
    if (found.port && (!inspect || found.inspectorPort)) return found;
  }
  return undefined;
}

/**
 * What workerd says against a configuration. It is asked again, since nobody listened the first time.
 *
 * @param {string[]} args
 */
function complaint(args) {
  const heard = args.filter((arg) => !arg.startsWith('--control-fd'));
  return spawnSync(workerd().default, heard, { encoding: 'utf8', timeout: 2000 }).stderr.trim() || 'no word why';
}
