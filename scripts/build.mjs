#!/usr/bin/env node
// @ts-check
// Builds the Worker: build/index.js and build/index_bg.wasm. `wrangler dev` and `wrangler deploy` call it, too. On request
// also the core for the commands of the npm package, in cli/core/.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BINDGEN_SOURCES } from './lib/bindgen.mjs';
import { bundle } from './lib/bundle.mjs';
import { withLock } from './lib/lock.mjs';
import { isMain } from './lib/main.mjs';
import { packageBin } from './lib/npm.mjs';
import { BUILD, NAMED_BUILD, ROOT, inRoot } from './lib/paths.mjs';
import { asBuildStep, output, run } from './lib/run.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';
import { setup } from './setup.mjs';

const HELP = `Usage: npm run build [-- --package] [-- --names] [-- --force] [-- --local]

Builds the Worker into build/, after installing what is missing. Does nothing when no source has changed.

  --package  also builds the core for the commands of the npm package into cli/core/
  --names    also into build-names/, with the names of functions that build/ lacks: for profiles
  --force    build all the same
  --local    for a configuration of this machine alone: fails where wrangler is about to deploy it`;

const CARGO_SOURCES = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry', 'src');
const RESULTS = ['index.js', 'index_bg.wasm'];
const STAMP = '.sources';

const TARGET = 'wasm32-unknown-unknown';
const CARGO_OPTIONS = ['--release', '--target', TARGET, '--locked'];
/** Where cargo writes the wasm file. */
const compiled = () =>
  join(process.env.CARGO_TARGET_DIR ?? inRoot('target'), TARGET, 'release', 'copilotkit_gate.wasm');
const CLI_CORE = inRoot('cli/core');
const NODE_RESULTS = ['core.js', 'core_bg.wasm', 'libraries.cjs'];

/** Builds unless build/, and build-names/ if `names` are wanted, are up to date with the sources. */
export async function build({ force = false, names = false } = {}) {
  const { bindgen } = await setup({
    meanwhile: [{ name: 'the Worker', run: (signal) => compile(['--quiet'], signal) }],
  });
  await withLock('build', async () => {
    const sources = await fingerprint();
    const areMade =
      (await isMadeOf(BUILD, RESULTS, sources)) && (!names || (await isMadeOf(NAMED_BUILD, RESULTS, sources)));
    if (areMade && !force) return;
    say('building the Worker');
    await compile();
    const made = join(BUILD, '.made');
    await rm(made, { recursive: true, force: true });
    await run(bindgen, ['worker', compiled(), made, 'index'], asBuildStep());
    await bundle(made, { bindgen });
    await publish(made, BUILD, sources);
    if (names) await publish(made, NAMED_BUILD, sources, { names });
    await rm(made, { recursive: true });
  });
}

/**
 * Compiles the Worker, or with `options` something else.
 *
 * @param {string[]} [options]
 * @param {AbortSignal} [signal]
 */
const compile = (options = [], signal) =>
  run('cargo', ['build', '--lib', ...CARGO_OPTIONS, ...options], { ...cargoStep(), signal });

/**
 * Optimises what was `made` into `folder`.
 *
 * @param {string} made
 * @param {string} folder
 * @param {string} sources
 * @param {{names?: boolean}} [options]
 */
async function publish(made, folder, sources, { names = false } = {}) {
  await mkdir(folder, { recursive: true });
  await rm(join(folder, STAMP), { force: true });
  await optimise(join(made, 'index_bg.wasm'), join(folder, 'index_bg.wasm'), { names });
  await copyFile(join(made, 'index.js'), join(folder, 'index.js'));
  await writeFile(join(folder, STAMP), sources);
}

/** Builds the core for Node, unless cli/core/ is up to date with the sources. */
export async function buildForNode({ force = false } = {}) {
  const { bindgen } = await setup();
  await withLock('build', async () => {
    const sources = await fingerprint();
    if (!force && (await isMadeOf(CLI_CORE, NODE_RESULTS, sources))) return;
    say('building the core for Node');
    await rm(CLI_CORE, { recursive: true, force: true });
    await compile(['--no-default-features', '--features', 'node']);
    await run(bindgen, ['node', compiled(), CLI_CORE, 'core'], asBuildStep());
    await optimise(join(CLI_CORE, 'core_bg.wasm'), join(CLI_CORE, 'core_bg.wasm'));
    // Brought along, so that the package installs nothing besides itself.
    const bundle = ['--bundle', '--minify', '--platform=node', '--main-fields=module,main', '--format=cjs'];
    await run(
      packageBin('esbuild'),
      [inRoot('cli/libraries.mjs'), ...bundle, `--outfile=${CLI_CORE}/libraries.cjs`],
      asBuildStep(),
    );
    await writeFile(join(CLI_CORE, STAMP), sources);
  });
}

/**
 * @param {string} folder
 * @param {string[]} results
 * @param {string} sources
 */
async function isMadeOf(folder, results, sources) {
  const isThere = results.every((name) => existsSync(join(folder, name)));
  return isThere && (await readFile(join(folder, STAMP), 'utf8').catch(() => '')) === sources;
}

/**
 * How cargo builds. Bodies are searched 16 bytes at a time; source files are named in the binary, but not where this machine
 * keeps them. LLVM puts less code into its callers than it does by itself, which makes the Worker a tenth smaller. The variable
 * makes wasm-bindgen's macros use the futures of js-sys, as the `worker` crate needs.
 */
function cargoStep() {
  const own = [
    '-Ctarget-feature=+simd128',
    '-Cllvm-args=-inline-threshold=40',
    `--remap-path-prefix=${CARGO_SOURCES}=`,
  ];
  const step = asBuildStep();
  const flags = [process.env.RUSTFLAGS, ...own].filter(Boolean).join(' ');
  return { ...step, env: { ...step.env, RUSTFLAGS: flags, WASM_BINDGEN_USE_JS_SYS: '1' } };
}

/** What rustc's output uses: named, so that wasm-opt emits no newer encoding than workerd reads. */
const FEATURES = [
  'mutable-globals',
  'sign-ext',
  'nontrapping-float-to-int',
  'bulk-memory',
  'bulk-memory-opt',
  'multivalue',
  'reference-types',
  'exception-handling',
  'simd',
].map((feature) => `--enable-${feature}`);

/** V8 compiles a whole function when it is first called: a function with one caller must not become part of that caller. */
const APART = '--one-caller-inline-max-function-size=100';

/**
 * The name section is a quarter of the file, and only a debugger or a profile reads it.
 *
 * @param {string} from
 * @param {string} to
 * @param {{names?: boolean}} [options]
 */
async function optimise(from, to, { names = false } = {}) {
  const section = names ? '--debuginfo' : '--strip-debug';
  const options = [...FEATURES, '-O3', APART, section, '--strip-producers'];
  await run(packageBin('wasm-opt'), [from, '-o', to, ...options], asBuildStep());
}

/** A hash over everything that affects the build. */
async function fingerprint() {
  const hash = createHash('sha256');
  hash.update(`${output('rustc', ['--version'])}\n`);
  const files = [
    ...BINDGEN_SOURCES,
    'scripts/build.mjs',
    'scripts/lib/entry.js',
    'scripts/lib/bundle.mjs',
    'scripts/lib/run.mjs',
    'cli/libraries.mjs',
    'Cargo.toml',
    'Cargo.lock',
    'package-lock.json',
    '.cargo/config.toml',
    'rust-toolchain.toml',
  ];
  const sources = (await Promise.all(['src', 'crates'].map(filesBelow))).flat();
  for (const file of [...files.filter((name) => existsSync(inRoot(name))), ...sources]) {
    hash
      .update(`${file}\0`)
      .update(await readFile(inRoot(file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/**
 * @param {string} folder
 * @returns {Promise<string[]>}
 */
async function filesBelow(folder) {
  const entries = await readdir(join(ROOT, folder), { withFileTypes: true });
  const lists = entries.map((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
  return (await Promise.all(lists)).flat().sort();
}

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  // wrangler names its command: `dev`, `deploy`, `versions upload`.
  if (args.includes('--local') && /^(deploy|versions)/.test(process.env.WRANGLER_COMMAND ?? '')) {
    throw new Failure(
      'these settings are for this machine alone: name an environment, as in wrangler deploy --env staging',
    );
  }
  const force = args.includes('--force');
  await build({ force, names: args.includes('--names') });
  if (args.includes('--package')) await buildForNode({ force });
}

if (isMain(import.meta)) await script(() => main(process.argv.slice(2)));
