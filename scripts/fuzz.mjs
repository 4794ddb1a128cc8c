#!/usr/bin/env node
// @ts-check
// Runs the fuzz targets: random input for the parsers, led by the coverage that it reaches; and random bodies, messages and
// cookies for the built Worker.

import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { build } from './build.mjs';
import { withLock } from './lib/lock.mjs';
import { newNode } from './lib/npm.mjs';
import { inRoot } from './lib/paths.mjs';
import { runForCode, withNodeBin } from './lib/run.mjs';
import { ensureCargoFuzz, ensureToolchain } from './lib/rust.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';

/** Targets that are no parsers: what they make goes through the built Worker. */
const THROUGH_THE_WORKER = { messages: fuzzMessages, worker: fuzzWorker };
/** How many bodies the target `messages` makes. */
const BODIES = 100_000;
const PARSERS = readdirSync(inRoot('fuzz/targets')).map((file) => file.replace(/\.rs$/, ''));
const TARGETS = [...PARSERS, ...Object.keys(THROUGH_THE_WORKER)].sort();

const HELP = `Usage: npm run fuzz [-- TARGET...] [-- --minutes N]

Installs what is missing, builds the fuzz targets and runs each of them, or only those that are named, for N minutes (10).
Stops at the first input that breaks what a target checks, and keeps it in fuzz/artifacts/TARGET/. Input that reaches new
code is kept in fuzz/corpus/TARGET/, from which the next run begins.

Two targets send random requests through the built Worker instead. worker runs the random tests of tests/worker with one seed
after another. messages sends ${BODIES} bodies with random messages, with the seed SEED, and takes as long as that takes.

  targets: ${TARGETS.join(', ')}`;

/** Longest input, in bytes: what a parser does with more of it, it does with less. */
const MAX_BYTES = 4096;
/** Longest time for one input, in seconds. */
const TIMEOUT_SECONDS = 10;

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const { targets, minutes } = chosen(args);
  const parsers = targets.filter((target) => PARSERS.includes(target));
  for (const [name, run] of Object.entries(THROUGH_THE_WORKER)) {
    if (targets.includes(name)) await run(minutes);
  }
  const tool = parsers.length > 0 ? await ready() : '';
  for (const target of parsers) {
    say(`${target}: ${minutes} minute${minutes === 1 ? '' : 's'}`);
    await fuzz(tool, target, minutes);
  }
  say(`nothing found: ${targets.join(', ')}`);
}

/** Path of cargo-fuzz, with all that it needs. */
async function ready() {
  ensureToolchain();
  return withLock('setup', ensureCargoFuzz);
}

async function fuzzMessages() {
  await build();
  say(`messages: ${BODIES} bodies`);
  await runRandomTest('messagefuzz.test.mjs', { BODIES: `${BODIES}` });
}

/** @param {number} minutes */
async function fuzzWorker(minutes) {
  await build();
  const files = readdirSync(inRoot('tests/worker')).filter((name) => name.endsWith('fuzz.test.mjs'));
  say(`worker: ${minutes} minute${minutes === 1 ? '' : 's'}`);
  const end = Date.now() + minutes * 60_000;
  for (let tried = 1; Date.now() < end; tried++) {
    const seed = `${randomInt(2 ** 32)}`;
    for (const file of files) await runRandomTest(file, { SEED: seed }, 'dot');
    say(`worker: ${tried} seed${tried === 1 ? '' : 's'}`);
  }
}

/**
 * Fails, with the seed that repeats it, if the test does.
 *
 * @param {string} file
 * @param {Record<string, string>} env
 * @param {string} [reporter]
 */
async function runRandomTest(file, env, reporter = 'spec') {
  const args = ['--test', `--test-reporter=${reporter}`, inRoot('tests/worker', file)];
  const code = await runForCode(newNode(), args, { env: { ...withNodeBin(), ...env } });
  const seed = env.SEED ?? process.env.SEED;
  if (code !== 0)
    throw new Failure(`${file}: ended with code ${code}${seed === undefined ? '' : `; repeat it with SEED=${seed}`}`);
}

/** @param {string[]} args */
function chosen(args) {
  const at = args.indexOf('--minutes');
  const minutes = at === -1 ? 10 : Number(args[at + 1]);
  if (!(minutes > 0)) throw new Failure(`--minutes takes a number above 0, not "${args[at + 1]}"`);
  const names = at === -1 ? args : args.toSpliced(at, 2);
  const unknown = names.find((name) => !TARGETS.includes(name));
  if (unknown !== undefined) throw new Failure(`there is no target "${unknown}": ${TARGETS.join(', ')}`);
  return { targets: names.length > 0 ? names : TARGETS, minutes };
}

/**
 * Fuzzes one target; fails at the first input that breaks it.
 *
 * @param {string} tool
 * @param {string} target
 * @param {number} minutes
 */
async function fuzz(tool, target, minutes) {
  const corpus = inRoot('fuzz/corpus', target);
  const seeds = inRoot('fuzz/seeds', target);
  if (!existsSync(seeds)) throw new Failure(`fuzz/seeds has no folder ${target}`);
  mkdirSync(corpus, { recursive: true });
  // Our code has no `unsafe`, so that a sanitizer would find nothing and take half of the speed.
  const how = ['--sanitizer', 'none', '--debug-assertions'];
  const limits = [`-max_total_time=${Math.ceil(minutes * 60)}`, `-max_len=${MAX_BYTES}`, `-timeout=${TIMEOUT_SECONDS}`];
  const args = ['run', ...how, target, corpus, seeds, '--', ...limits, '-print_final_stats=1'];
  // The installed compiler does, if it is told that it may: a nightly is not needed.
  const env = { ...process.env, RUSTC_BOOTSTRAP: '1', CARGO_BUILD_JOBS: `${cpus().length}` };
  const code = await runForCode(tool, args, { cwd: inRoot('fuzz'), env });
  if (code !== 0) throw new Failure(`${target}: ended with code ${code}; see fuzz/artifacts/${target}/`);
}

await script(() => main(process.argv.slice(2)));
