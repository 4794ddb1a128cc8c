#!/usr/bin/env node
// @ts-check
// The end-to-end tests against other versions of the runtime.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { withLock } from './lib/lock.mjs';
import { newNode } from './lib/npm.mjs';
import { TOOLS, inRoot } from './lib/paths.mjs';
import { output, run, runForCode, withNodeBin } from './lib/run.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';

const NAME = '@copilotkit/runtime';
const CLIENT = '@ag-ui/client';
const FOLDER = 'tests/e2e';
/** What a test imports that starts a runtime. */
const STARTS_RUNTIME = /from '(\.\/support\/(cast|v1)|\.\.\/\.\.\/demo\/origin)\.mjs'/;
/** By this, a single-route client reaches threads. Runtimes before 1.70.2 do not have it, and with them these tests have no sense. */
const TUNNEL = 'resource/request';
const NEEDS_TUNNEL = /a single-route runtime and a|before a single-route runtime, a|the tunnel of/;
const HELP = `Usage: npm run test:runtime [-- VERSION...] [-- --client VERSION] [-- OPTION...]

Installs each version of ${NAME} below .tools/runtimes/, builds the Worker, and runs the tests of ${FOLDER} that start a
runtime, those of threads among them, with that version in place of the one that package.json pins. A version may be a part of
one, such as 1.72, which is its newest, or a tag; without any, it is "latest". Of a runtime without the tunnel ${TUNNEL},
threads behind its single-route mode are left out. What follows a further -- goes to node --test.

  --client VERSION  this version of ${CLIENT} in the tests, instead of the one that the runtime has`;

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const end = args.indexOf('--');
  const options = end === -1 ? [] : args.slice(end + 1);
  const { positionals, values } = parseArgs({
    args: end === -1 ? args : args.slice(0, end),
    allowPositionals: true,
    options: { client: { type: 'string' } },
  });
  const wanted = positionals.length > 0 ? positionals : ['latest'];
  const versions = wanted.map((version) => exact(NAME, version));
  const client = values.client === undefined ? undefined : exact(CLIENT, values.client);
  await build();
  const files = runtimeTests();
  /** @type {string[]} */
  const failed = [];
  for (const version of versions) {
    const folder = await withLock('runtimes', () => ensure(NAME, version));
    const clientFolder = client && (await withLock('runtimes', () => ensure(CLIENT, client)));
    const left = hasTunnel(folder) ? [] : ['--test-skip-pattern', NEEDS_TUNNEL.source];
    const beside = client ? ` and ${CLIENT} ${client}` : '';
    say(`${NAME} ${version}${beside}: ${files.length} files${left.length > 0 ? `, without what needs ${TUNNEL}` : ''}`);
    const env = {
      ...withNodeBin(),
      COPILOTKIT_TELEMETRY_DISABLED: 'true',
      DO_NOT_TRACK: '1',
      RUNTIME_FOLDER: folder,
      CLIENT_FOLDER: clientFolder,
      NODE_OPTIONS: `--import=${pathToFileURL(inRoot('scripts/runtime/elsewhere.mjs'))}`,
    };
    const how = ['--test', '--test-reporter=spec', '--test-timeout=300000'];
    if ((await runForCode(newNode(), [...how, ...left, ...options, ...files], { env })) !== 0) failed.push(version);
  }
  if (failed.length > 0) throw new Failure(`the gate does not do what it promises before ${NAME} ${failed.join(', ')}`);
  console.log(`\n✓ passed: ${NAME} ${versions.join(', ')}`);
}

/** The tests that start a runtime. */
function runtimeTests() {
  const files = readdirSync(inRoot(FOLDER)).filter((name) => name.endsWith('.test.mjs'));
  const ours = files.filter((name) => STARTS_RUNTIME.test(readFileSync(inRoot(FOLDER, name), 'utf8')));
  if (ours.length === 0) throw new Failure(`no test of ${FOLDER} starts a runtime`);
  return ours.map((name) => `${FOLDER}/${name}`).sort();
}

/**
 * Whether the runtime in `folder` has the tunnel.
 *
 * @param {string} folder
 */
function hasTunnel(folder) {
  const source = join(folder, 'node_modules', NAME, 'dist/v2/runtime/endpoints/single-route-helpers.mjs');
  // Where the file has moved, the runtime is a newer one.
  return !existsSync(source) || readFileSync(source, 'utf8').includes(`"${TUNNEL}"`);
}

/**
 * The version that is meant: the newest of those that fit.
 *
 * @param {string} name
 * @param {string} wanted
 * @returns {string}
 */
function exact(name, wanted) {
  const range = /^\d+\.\d+$/.test(wanted) ? `~${wanted}.0` : wanted;
  const found = output('npm', ['view', `${name}@${range}`, 'version', '--json']);
  if (!found) throw new Failure(`there is no ${name} ${wanted}, or no registry`);
  return [JSON.parse(found)].flat().at(-1);
}

/**
 * The folder with this version of a package, which is installed once.
 *
 * @param {string} name
 * @param {string} version
 */
async function ensure(name, version) {
  const folder = join(TOOLS, 'runtimes', name === NAME ? version : `client-${version}`);
  const mark = join(folder, 'installed');
  if (existsSync(mark)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { [name]: version } }));
  say(`installing ${name} ${version} (about a minute)`);
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', '--loglevel=error'];
  await run('npm', install, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  await writeFile(mark, '');
  return folder;
}

await script(() => main(process.argv.slice(2)));
