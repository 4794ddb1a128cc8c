#!/usr/bin/env node
// @ts-check
// Every test there is, from the innermost outwards. Stops at nothing, and fails if any fails.

import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureChromium } from './lib/browser.mjs';
import { newNode } from './lib/npm.mjs';
import { ensurePacked } from './lib/packed.mjs';
import { TOOLS, inRoot } from './lib/paths.mjs';
import { ensurePython } from './lib/python.mjs';
import { runForCode, withNodeBin } from './lib/run.mjs';
import { Failure, asksForHelp, script } from './lib/say.mjs';

const HELP = `Usage: npm test [-- SUITE...] [-- OPTION...]

Installs what is missing, builds the Worker and runs every test, or only the named suites:

  native   the core, with cargo test
  worker   the built Worker in workerd
  package  the npm package: the packed file and its commands
  e2e      the built Worker between a real provider and a real CopilotKit runtime
  browser  CopilotKit's own frontend in Chromium

What follows a further -- goes to the runner: cargo test, or node --test.
For example: npm test -- worker -- --test-name-pattern=cors`;

/** How many files run at the same time: node's own default leaves one core idle, and many tests wait. */
const FILES_AT_ONCE = Math.min(availableParallelism(), 4);
/** Node's cache of compiled modules: the commands load wrangler some three hundred times. */
const COMPILE_CACHE = join(TOOLS, 'compile-cache');
/** The random cases of the native tests: always the same here, and others with each `cargo test` by hand. */
const USUAL_CASES = { PROPTEST_RNG_SEED: '1', ...process.env };

/**
 * Suites in the order in which they run.
 *
 * @type {Record<string, ((options: string[]) => Promise<number>) & {folder?: string}>}
 */
const SUITES = {
  native: (/** @type {string[]} */ options) =>
    runForCode('cargo', ['test', '--locked', ...options], { env: USUAL_CASES }),
  worker: nodeTests('tests/worker'),
  package: nodeTests('tests/package', async () => ({ ...(await ensurePacked()), NODE_COMPILE_CACHE: COMPILE_CACHE })),
  e2e: nodeTests('tests/e2e', ensurePython),
  browser: nodeTests('tests/browser', async () => ({ CHROME_PATH: await ensureChromium() }), 1),
};

/**
 * A suite of node's test runner: every `*.test.mjs` below a folder.
 *
 * @param {string} folder
 * @param {() => Promise<Record<string, string>>} [prepare] resolves to more of its environment
 * @param {number} [atOnce] how many files run at the same time: a browser needs both cores of a small machine
 */
function nodeTests(folder, prepare = async () => ({}), atOnce = FILES_AT_ONCE) {
  /** @param {string[]} options */
  const suite = async (options) => {
    const files = readdirSync(inRoot(folder), { encoding: 'utf8', recursive: true })
      .filter((name) => name.endsWith('.test.mjs'))
      .sort()
      .map((name) => `${folder}/${name}`);
    // A suite that has lost its files must not pass.
    if (files.length === 0) throw new Failure(`${folder} has no *.test.mjs`);
    const env = { ...withNodeBin(), COPILOTKIT_TELEMETRY_DISABLED: 'true', DO_NOT_TRACK: '1', ...(await prepare()) };
    const how = ['--test', '--test-reporter=spec', '--test-timeout=300000', `--test-concurrency=${atOnce}`];
    return runForCode(newNode(), [...how, ...options, ...files], { env });
  };
  return Object.assign(suite, { folder });
}

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const { suites, options } = chosen(args);
  // The native tests need nothing but Rust.
  if (suites.some((name) => SUITES[name].folder)) await build();
  const failed = [];
  for (const name of suites) {
    console.log(`\n=== ${name} tests ===`);
    if ((await SUITES[name](options)) !== 0) failed.push(name);
  }
  if (failed.length > 0) throw new Failure(`failed: ${failed.join(', ')} tests`);
  console.log(`\n✓ passed: ${suites.join(', ')} tests`);
}

/** @param {string[]} args */
function chosen(args) {
  const end = args.indexOf('--');
  const names = end === -1 ? args : args.slice(0, end);
  const unknown = names.find((name) => !Object.hasOwn(SUITES, name));
  if (unknown !== undefined) throw new Failure(`there is no suite "${unknown}": ${Object.keys(SUITES).join(', ')}`);
  /** @param {string} name */
  const isThere = (name) => !SUITES[name].folder || existsSync(inRoot(SUITES[name].folder));
  return {
    suites: names.length > 0 ? names : Object.keys(SUITES).filter(isThere),
    options: end === -1 ? [] : args.slice(end + 1),
  };
}

await script(() => main(process.argv.slice(2)));
