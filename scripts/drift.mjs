#!/usr/bin/env node
// @ts-check
// What CopilotKit's newest packages do that the gate does not know.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { differences, tableOf } from './drift/compare.mjs';
import { NOTED, known } from './drift/known.mjs';
import { withLock } from './lib/lock.mjs';
import { isMain } from './lib/main.mjs';
import { newNode } from './lib/npm.mjs';
import { TOOLS, inRoot } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';

const NAMES = ['@copilotkit/runtime', '@copilotkit/react-core', '@ag-ui/client'];
const HELP = `Usage: npm run drift [-- --write] [PACKAGE@VERSION…]

Installs the newest ${NAMES.join(', ')} into .tools/drift,
and drives them: the runtime is asked for every path that its own words make and for every method of an envelope, and the
clients hold a conversation with it. Prints a table of what differs from what the gate knows (src/call/operations.rs and
${NOTED}), with what to look at, and ends with exit code 1 if there is a difference.

  --write           notes in ${NOTED} what was found, once it is judged; routes and envelopes are in the sources
  PACKAGE@VERSION   this version in place of the newest`;

/**
 * What the packages in `folder` do. `result` is the file that passes it on.
 *
 * @param {string} folder
 * @param {string} [result]
 * @returns {Promise<import('./drift/known.mjs').Behaviour>}
 */
export async function observed(folder, result = join(TOOLS, 'drift.json')) {
  await mkdir(TOOLS, { recursive: true });
  const env = { ...process.env, COPILOTKIT_TELEMETRY_DISABLED: 'true', DO_NOT_TRACK: '1' };
  // What the packages print of the requests that they refuse is no part of the answer.
  /** @type {Buffer[]} */
  const printed = [];
  const onOutput = (/** @type {Buffer} */ bytes) => void printed.push(bytes);
  await run(newNode(), [inRoot('scripts/drift/observe.mjs'), folder, result], { env, onOutput }).catch((error) => {
    throw new Failure(`the packages could not be driven: ${error.message}\n${Buffer.concat(printed)}`);
  });
  return JSON.parse(await readFile(result, 'utf8'));
}

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const found = await withLock('drift', async () => observed(await install(args.filter((arg) => arg !== '--write'))));
  const versions = Object.entries(found.versions).map(([name, version]) => `${name} ${version}`);
  if (args.includes('--write')) return write(found);
  const all = differences(known(), found);
  say(versions.join(', '));
  if (all.length === 0) return void say('the gate knows all of it');
  console.log(`${versions.join(', ')}\n\n${tableOf(all)}`);
  throw new Failure(`${all.length} difference(s)`);
}

/**
 * A folder with the packages, anew.
 *
 * @param {string[]} chosen
 */
async function install(chosen) {
  const folder = join(TOOLS, 'drift');
  const versions = Object.fromEntries(NAMES.map((name) => [name, 'latest']));
  for (const each of chosen) {
    const [name, version] = [each.slice(0, each.lastIndexOf('@')), each.slice(each.lastIndexOf('@') + 1)];
    if (!NAMES.includes(name) || !version) throw new Failure(`${each} is none of ${NAMES.join(', ')} with a version`);
    versions[name] = version;
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: versions }));
  say('installing the packages into .tools/drift (about a minute)');
  // React, which a page brings, is not needed to drive them.
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', '--loglevel=error'];
  await run('npm', ['install', ...options], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return folder;
}

/** @param {import('./drift/known.mjs').Behaviour} found */
async function write({ routes: _routes, envelopes: _envelopes, ...rest }) {
  await writeFile(inRoot(NOTED), `${JSON.stringify(rest, null, 2)}\n`);
  say(`${NOTED} has what was found`);
}

if (isMain(import.meta)) await script(() => main(process.argv.slice(2)));
