#!/usr/bin/env node
// @ts-check
// Checks that the native tests detect small changes to the code that decides: no test guards a change that none detects.

import { existsSync, readdirSync } from 'node:fs';
import { withLock } from './lib/lock.mjs';
import { inRoot } from './lib/paths.mjs';
import { runForCode } from './lib/run.mjs';
import { ensureCargoMutants, ensureToolchain } from './lib/rust.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';

const HELP = `Usage: npm run mutants [-- FILE...]

Installs what is missing, changes the code of the given files in one place at a time (in a copy of this folder), and
runs the native tests against each change: first the fast ones, then all of them against what is left. Fails if a
change survives that .cargo/mutants.toml does not accept. Without FILE: the files that decide about a request, which
takes hours; one file takes minutes. Details are left in target/mutants.out/.

  CARGO_MUTANTS_JOBS  how many changes are tested at once (1)`;

/** What decides about a request: files, and folders with all that is in them. */
const DECIDING = [
  'crates/strict-json/src/json.rs',
  'crates/strict-json/src/names.rs',
  'crates/strict-json/src/outline.rs',
  'crates/strict-json/src/part.rs',
  'crates/strict-json/src/scalar.rs',
  'crates/strict-json/src/text.rs',
  'crates/strict-json/src/value.rs',
  'src/auth.rs',
  'src/auth',
  'src/base/header_name.rs',
  'src/base/memory.rs',
  'src/browser',
  'src/call.rs',
  'src/call',
  'src/gate/limit.rs',
  'src/gate/pipeline.rs',
  'src/outbound.rs',
  'src/outbound',
  'src/policy.rs',
  'src/policy',
  'src/wire/client_fields.rs',
];

/** Tests that take a second or more without optimisation, most of them of many random cases. */
const SLOW = [
  'bounds::as_many_members_are_read',
  'cookies::no_token',
  'copies::a_bad_copy',
  'crowds::strays',
  'documentation::',
  'headers::no_other_proxys_word',
  'log::no_combination',
  'properties::',
  'ring::the_last_good_set',
  'scrub::a_lie',
  'seeds::',
  'sources::garbage',
  'strangers::a_body_with_too_many',
  'vectors::',
];

const OUTPUT = 'target/mutants.out';
/** What cargo-mutants ends with. */
const CODES = { survivors: 2, timeouts: 3, testsFail: 4 };

/**
 * A file, or what is in a folder.
 *
 * @param {string} path
 */
function withContents(path) {
  if (path.endsWith('.rs')) return [path];
  const names = readdirSync(inRoot(path), { encoding: 'utf8', recursive: true });
  return names.filter((name) => name.endsWith('.rs')).map((name) => `${path}/${name}`);
}

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const files = args.length > 0 ? args : DECIDING;
  // cargo-mutants itself finds nothing to do in a file that does not exist, and is content.
  const missing = files.find((file) => !existsSync(inRoot(file)));
  if (missing) throw new Failure(`there is no file ${missing}`);
  ensureToolchain();
  const tool = await withLock('setup', ensureCargoMutants);
  const chosen = ['mutants', '--output', 'target', ...files.flatMap(withContents).flatMap((file) => ['--file', file])];
  // Nobody looks at the debug information, which would be written anew for every change.
  const env = { ...process.env, CARGO_PROFILE_DEV_DEBUG: '0' };
  const skipped = SLOW.flatMap((name) => ['--skip', name]);
  let code = await runForCode(tool, [...chosen, '--', '--', ...skipped], { env });
  if (code === CODES.survivors) {
    say('the slow tests, against what the fast ones did not notice');
    code = await runForCode(tool, [...chosen, '--iterate'], { env });
  }
  if (code === CODES.survivors) throw new Failure(`changes that no test noticed: see ${OUTPUT}/missed.txt`);
  if (code === CODES.testsFail) throw new Failure('the native tests fail without any change');
  // A change that makes the tests run for ever has been noticed, too.
  if (code !== 0 && code !== CODES.timeouts) throw new Failure(`cargo mutants ended with code ${code}`);
  say('every change was noticed, or is accepted in .cargo/mutants.toml');
}

await script(() => main(process.argv.slice(2)));
