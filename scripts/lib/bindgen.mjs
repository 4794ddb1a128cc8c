// @ts-check
// The build's own tool, scripts/bindgen: wasm-bindgen's generator, and what removes exports.

import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TOOLS, TOOLS_BIN, inRoot } from './paths.mjs';
import { asBuildStep, run } from './run.mjs';
import { QUICK_TO_BUILD } from './rust.mjs';
import { Failure } from './say.mjs';

const MANIFEST = 'scripts/bindgen/Cargo.toml';
/** What it is made of. */
export const BINDGEN_SOURCES = [MANIFEST, 'scripts/bindgen/Cargo.lock', 'scripts/bindgen/src/main.rs'];
/** Where it is once it is built. */
export const BINDGEN = join(TOOLS_BIN, 'gate-bindgen');
const STAMP = `${BINDGEN}.sources`;

/**
 * Its build as a job, where it is missing or made of other sources.
 *
 * @returns {import('./together.mjs').Job[]}
 */
export const missingBindgen = () => (isBuilt() ? [] : [{ name: 'gate-bindgen', run: build }]);

const isBuilt = () => existsSync(BINDGEN) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources();

const sources = () => BINDGEN_SOURCES.map((file) => readFileSync(inRoot(file), 'utf8')).join('\n');

/** @param {AbortSignal} [signal] */
async function build(signal) {
  checkVersion();
  const target = join(TOOLS, 'target');
  const args = ['build', '--manifest-path', MANIFEST, '--target-dir', target, '--locked', '--quiet'];
  const step = asBuildStep();
  await run('cargo', args, { ...step, env: { ...step.env, ...QUICK_TO_BUILD }, signal });
  await mkdir(TOOLS_BIN, { recursive: true });
  await copyFile(join(target, 'debug', 'gate-bindgen'), BINDGEN);
  await writeFile(STAMP, sources());
  // Nothing needs these hundreds of megabytes again.
  await rm(target, { recursive: true, force: true });
}

/** Fails where the Worker has another wasm-bindgen: the generator refuses what any other version has made. */
function checkVersion() {
  const lock = readFileSync(inRoot('Cargo.lock'), 'utf8');
  const wanted = /name = "wasm-bindgen"\nversion = "(.+)"/.exec(lock)?.[1];
  const dependency = `wasm-bindgen-cli-support = "=${wanted}"`;
  if (!readFileSync(inRoot(MANIFEST), 'utf8').includes(dependency)) {
    throw new Failure(`${MANIFEST} needs the version of wasm-bindgen in Cargo.lock: ${dependency}`);
  }
}
