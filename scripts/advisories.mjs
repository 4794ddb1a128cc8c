#!/usr/bin/env node
// @ts-check
// Whether a dependency has a known vulnerability. Who releases must know; who runs the tests offline need not.

import { runForCode } from './lib/run.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';
import { setupLinters } from './setup.mjs';

const HELP = `Usage: npm run advisories [-- --if-reachable]

Looks up every crate of Cargo.lock and of the build's own tool in RustSec's database. Fails if one has a known vulnerability, and also if the database
cannot be reached: no release is published unchecked.

  --if-reachable  succeeds with a message if the database cannot be reached, as in a test run`;

/** How long the database may take, in milliseconds. */
const PATIENCE_MS = 60_000;

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const cargoDeny = await setupLinters();
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const fetched = await runForCode(cargoDeny, ['fetch', 'db'], { signal, onOutput: () => {} }).catch(() => 1);
  if (fetched !== 0) {
    if (!args.includes('--if-reachable')) {
      throw new Failure('the database of advisories cannot be reached, so nothing was checked: do not release');
    }
    return say('advisories: not checked, because their database cannot be reached');
  }
  for (const manifest of ['Cargo.toml', 'scripts/bindgen/Cargo.toml']) {
    const check = ['--manifest-path', manifest, 'check', '--disable-fetch', 'advisories'];
    if ((await runForCode(cargoDeny, check)) !== 0) {
      throw new Failure(`a dependency of ${manifest} has an advisory: see above`);
    }
  }
  say('advisories: none');
}

await script(() => main(process.argv.slice(2)));
