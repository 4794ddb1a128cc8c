#!/usr/bin/env node
// @ts-check
// Makes sure that everything the build, the demo and the tests need is there. Uses nothing but Node itself, since
// it runs before any package is installed.

import { BINDGEN, missingBindgen } from './lib/bindgen.mjs';
import { ensureChromium } from './lib/browser.mjs';
import { withLock } from './lib/lock.mjs';
import { isMain } from './lib/main.mjs';
import { ensurePackages, missingPackages, newNode } from './lib/npm.mjs';
import { ensureCargoDeny, ensureLinters, ensureToolchain, ensureWasmTarget } from './lib/rust.mjs';
import { asksForHelp, say, script } from './lib/say.mjs';
import { together } from './lib/together.mjs';

const HELP = `Usage: npm run setup [-- --lint] [-- --browser]

Installs what is missing, inside this folder where possible; what is there is left alone:
the Rust target wasm32-unknown-unknown, npm packages (with a Node for wrangler), and the
build's own tool (scripts/bindgen) in .tools/.

  --lint     also rustfmt, clippy and cargo-deny, for npm run lint
  --browser  also Chromium, where no browser is installed`;

/**
 * Installs what is missing, side by side; resolves to the paths of what was asked for. Where anything is missing, the jobs
 * of `meanwhile` run beside it: they need the wasm target and nothing else.
 *
 * @param {{meanwhile?: import('./lib/together.mjs').Job[]}} [options]
 */
export function setup({ meanwhile = [] } = {}) {
  ensureToolchain();
  return withLock('setup', async () => {
    await ensureWasmTarget();
    const missing = [...missingPackages(), ...missingBindgen()];
    if (missing.length > 0) {
      say('setting up (two to five minutes, once)');
      await together([...missing, ...meanwhile]);
    }
    return { node: newNode(), bindgen: BINDGEN };
  });
}

/** Installs what is missing for linting; resolves to the path of cargo-deny. */
export function setupLinters() {
  ensureToolchain();
  return withLock('setup', async () => {
    await ensureWasmTarget();
    await ensureLinters();
    await ensurePackages();
    return ensureCargoDeny();
  });
}

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  await setup();
  if (args.includes('--lint')) await setupLinters();
  if (args.includes('--browser')) say(`browser: ${await withLock('setup', ensureChromium)}`);
  say('everything is in place');
}

if (isMain(import.meta)) await script(() => main(process.argv.slice(2)));
