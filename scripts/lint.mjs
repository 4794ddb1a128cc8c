#!/usr/bin/env node
// @ts-check
// Everything that a change must pass besides its tests and that needs no network once its tools are there.

import { readdirSync } from 'node:fs';
import { inRoot } from './lib/paths.mjs';
import { runForCode, withNodeBin } from './lib/run.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';
import { setupLinters } from './setup.mjs';

const HELP = `Usage: npm run lint

Installs what is missing, then checks the layout of Rust (rustfmt), the layers of src/, the subjects of commits, the types of
JavaScript (tsc), package-lock.json, shell scripts, Rust natively and for wasm (clippy), JavaScript (Biome) and the dependencies
(cargo-deny). Stops at the first step that fails and shows what it printed. \`npm run fmt\` repairs the layout of all files.`;

/** The last words of a clippy call: a warning fails it. */
const STRICT = ['--', '-D', 'warnings'];

const BINDGEN = 'scripts/bindgen/Cargo.toml';
const FOR_NODE = ['--target', 'wasm32-unknown-unknown', '--no-default-features', '--features', 'node'];

/**
 * What each step runs, in order: the quick ones first.
 *
 * @param {string} cargoDeny
 * @returns {Record<string, string[]>}
 */
const steps = (cargoDeny) => ({
  'layout of Rust': ['cargo', 'fmt', '--check'],
  'layout of bindgen': ['cargo', 'fmt', '--check', '--manifest-path', BINDGEN],
  layers: [process.execPath, 'scripts/layers.mjs'],
  'layers of strict-json': [process.execPath, 'scripts/layers.mjs', '--root', 'crates/strict-json'],
  commits: [process.execPath, 'scripts/commits.mjs'],
  types: [process.execPath, 'scripts/types.mjs'],
  'lock file': [process.execPath, 'scripts/lockfile.mjs'],
  'shell scripts': ['bash', '-c', 'for script; do bash -n "$script" || exit; done', 'lint', ...shellScripts()],
  'JavaScript, JSON': ['biome', 'ci', '--error-on-warnings', '--colors=off'],
  dependencies: [cargoDeny, 'check', 'bans', 'licenses', 'sources'],
  'sources of bindgen': [cargoDeny, '--manifest-path', BINDGEN, 'check', 'sources'],
  'clippy, native': ['cargo', 'clippy', '--locked', '--all-targets', ...STRICT],
  'clippy, Worker': ['cargo', 'clippy', '--locked', '--target', 'wasm32-unknown-unknown', '--lib', ...STRICT],
  'clippy, Node': ['cargo', 'clippy', '--locked', ...FOR_NODE, '--lib', ...STRICT],
});

/** Every script for bash, from this folder's root. */
const shellScripts = () => [
  '.ci/run',
  ...readdirSync(inRoot('findings'))
    .filter((name) => name.endsWith('.sh'))
    .map((name) => `findings/${name}`),
];

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  for (const [name, [command, ...rest]] of Object.entries(steps(await setupLinters()))) {
    /** @type {Buffer[]} */
    const printed = [];
    const code = await runForCode(command, rest, { env: withNodeBin(), onOutput: (bytes) => printed.push(bytes) });
    if (code !== 0) {
      process.stderr.write(Buffer.concat(printed));
      throw new Failure(`${name}: ${[command, ...rest].join(' ')} ended with code ${code}`);
    }
    say(`${name}: ok`);
  }
}

await script(() => main(process.argv.slice(2)));
