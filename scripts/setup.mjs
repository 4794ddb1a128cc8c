#!/usr/bin/env node
// Makes sure that everything the build, the demo and the tests need is there. Uses nothing but Node itself, since
// it runs before any package is installed.

import { ensureChromium } from './lib/browser.mjs';
import { withLock } from './lib/lock.mjs';
import { isMain } from './lib/main.mjs';
import { ensurePackages, newNode } from './lib/npm.mjs';
import {
  ensureCargoDeny,
  ensureLinters,
  ensureToolchain,
  ensureWasmBindgen,
  ensureWasmTarget,
  ensureWorkerBuild,
} from './lib/rust.mjs';
import { asksForHelp, say, script } from './lib/say.mjs';

const HELP = `Usage: npm run setup [-- --lint] [-- --browser]

Installs what is missing, inside this folder where possible; what is there is left alone:
the Rust target wasm32-unknown-unknown, npm packages (with a Node for wrangler), and worker-build
and wasm-bindgen in .tools/.

  --lint     also rustfmt, clippy and cargo-deny, for npm run lint
  --browser  also Chromium, where no browser is installed`;

/** Installs what is missing; resolves to the paths of what was asked for. */
export function setup() {
  ensureToolchain();
  return withLock('setup', async () => {
    await ensureWasmTarget();
    await ensurePackages();
    return { node: newNode(), wasmBindgen: await ensureWasmBindgen(), workerBuild: await ensureWorkerBuild() };
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

async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  await setup();
  if (args.includes('--lint')) await setupLinters();
  if (args.includes('--browser')) say(`browser: ${await withLock('setup', ensureChromium)}`);
  say('everything is in place');
}

if (isMain(import.meta)) await script(() => main(process.argv.slice(2)));
