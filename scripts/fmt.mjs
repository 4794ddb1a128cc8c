#!/usr/bin/env node
// @ts-check
// Lays out every file as `npm run lint` wants it.

import { withLock } from './lib/lock.mjs';
import { ensurePackages } from './lib/npm.mjs';
import { run, withNodeBin } from './lib/run.mjs';
import { ensureLinters, ensureToolchain } from './lib/rust.mjs';
import { asksForHelp, script } from './lib/say.mjs';

const HELP = `Usage: npm run fmt

Installs what is missing, then lays out Rust (rustfmt), JavaScript and JSON (Biome) and sorts imports.`;

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  ensureToolchain();
  await withLock('setup', async () => {
    await ensureLinters();
    await ensurePackages();
  });
  await run('cargo', ['fmt']);
  await run('biome', ['check', '--write', '--linter-enabled=false'], { env: withNodeBin() });
}

await script(() => main(process.argv.slice(2)));
