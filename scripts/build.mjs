#!/usr/bin/env node
// @ts-check
// Builds the Worker: build/index.js and build/index_bg.wasm. `wrangler dev` and `wrangler deploy` call it, too. On request
// also the core for the commands of the npm package, in cli/core/.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lib/lock.mjs';
import { isMain } from './lib/main.mjs';
import { packageBin } from './lib/npm.mjs';
import { BUILD, NAMED_BUILD, ROOT, inRoot } from './lib/paths.mjs';
import { output, run, withNodeBin } from './lib/run.mjs';
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
const CLI_CORE = inRoot('cli/core');
const NODE_RESULTS = ['core.js', 'core_bg.wasm', 'libraries.cjs'];

/** Builds unless build/, and build-names/ if `names` are wanted, are up to date with the sources. */
export async function build({ force = false, names = false } = {}) {
  const tools = await setup({ meanwhile: [{ name: 'the Worker', run: compile }] });
  await withLock('build', async () => {
    const sources = await fingerprint(tools);
    const areMade =
      (await isMadeOf(BUILD, RESULTS, sources)) && (!names || (await isMadeOf(NAMED_BUILD, RESULTS, sources)));
    if (areMade && !force) return;
    say('building the Worker');
    await rm(join(BUILD, STAMP), { force: true });
    // Optimised below, once, and with more than worker-build asks wasm-opt for.
    await run(tools.workerBuild, ['--release', '--no-opt', '.', '--', '--locked'], {
      // Given its tools, worker-build downloads none.
      env: {
        ...withNodeBin(),
        // The compiler prints compile errors; worker-build's own message adds nothing.
        RUST_LIB_BACKTRACE: '0',
        RUSTFLAGS: rustFlags(),
        WASM_BINDGEN_BIN: tools.wasmBindgen,
        ESBUILD_BIN: inRoot('scripts/lib/bundle.mjs'),
        GATE_ESBUILD: packageBin('esbuild'),
      },
      // wrangler reads standard output of its build command line by line; cargo's progress belongs on the other.
      stdio: ['ignore', 2, 2],
    });
    if (names) await keepNames(sources);
    await optimise(join(BUILD, 'index_bg.wasm'));
    await writeFile(join(BUILD, STAMP), sources);
  });
}

/** Compiles exactly what worker-build requests from cargo, so that worker-build finds it compiled. */
function compile(signal) {
  const env = { ...withNodeBin(), RUSTFLAGS: rustFlags(), WASM_BINDGEN_USE_JS_SYS: '1' };
  return run('cargo', ['build', '--lib', '--release', '--target', TARGET, '--locked', '--quiet'], {
    env,
    signal,
    stdio: ['ignore', 2, 2],
  });
}

async function keepNames(sources) {
  await mkdir(NAMED_BUILD, { recursive: true });
  for (const name of RESULTS) await copyFile(join(BUILD, name), join(NAMED_BUILD, name));
  await optimise(join(NAMED_BUILD, 'index_bg.wasm'), { names: true });
  await writeFile(join(NAMED_BUILD, STAMP), sources);
}

/** Builds the core for Node, unless cli/core/ is up to date with the sources. */
export async function buildForNode({ force = false } = {}) {
  const tools = await setup();
  await withLock('build', async () => {
    const sources = await fingerprint(tools);
    if (!force && (await isMadeOf(CLI_CORE, NODE_RESULTS, sources))) return;
    say('building the core for Node');
    await rm(CLI_CORE, { recursive: true, force: true });
    const features = ['--no-default-features', '--features', 'node'];
    await run('cargo', ['build', '--release', '--lib', '--locked', '--target', TARGET, ...features], {
      env: { ...withNodeBin(), RUSTFLAGS: rustFlags() },
      stdio: ['ignore', 2, 2],
    });
    const built = join(process.env.CARGO_TARGET_DIR ?? inRoot('target'), TARGET, 'release', 'copilotkit_gate.wasm');
    await run(
      tools.wasmBindgen,
      [built, '--target', 'experimental-nodejs-module', '--out-dir', CLI_CORE, '--out-name', 'core', '--no-typescript'],
      { stdio: ['ignore', 2, 2] },
    );
    await optimise(join(CLI_CORE, 'core_bg.wasm'));
    // Brought along: a `dependencies` in package.json is what worker-build cannot read.
    const bundle = ['--bundle', '--minify', '--platform=node', '--main-fields=module,main', '--format=cjs'];
    await run(packageBin('esbuild'), [inRoot('cli/libraries.mjs'), ...bundle, `--outfile=${CLI_CORE}/libraries.cjs`], {
      env: withNodeBin(),
      stdio: ['ignore', 2, 2],
    });
    await writeFile(join(CLI_CORE, STAMP), sources);
  });
}

async function isMadeOf(folder, results, sources) {
  const isThere = results.every((name) => existsSync(join(folder, name)));
  return isThere && (await readFile(join(folder, STAMP), 'utf8').catch(() => '')) === sources;
}

/**
 * Bodies are searched 16 bytes at a time; source files are named in the binary, but not where this machine keeps them. LLVM
 * puts less code into its callers than it does by itself, which makes the Worker a tenth smaller.
 */
function rustFlags() {
  const own = [
    '-Ctarget-feature=+simd128',
    '-Cllvm-args=-inline-threshold=40',
    `--remap-path-prefix=${CARGO_SOURCES}=`,
  ];
  return [process.env.RUSTFLAGS, ...own].filter(Boolean).join(' ');
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

/** The name section is a quarter of the file, and only a debugger or a profile reads it. */
async function optimise(wasm, { names = false } = {}) {
  const section = names ? '--debuginfo' : '--strip-debug';
  await run(packageBin('wasm-opt'), [wasm, '-o', wasm, ...FEATURES, '-O3', APART, section, '--strip-producers'], {
    env: withNodeBin(),
    stdio: ['ignore', 2, 2],
  });
}

/** A hash over everything that affects the build. */
async function fingerprint({ workerBuild, wasmBindgen }) {
  const hash = createHash('sha256');
  for (const tool of ['rustc', workerBuild, wasmBindgen]) hash.update(`${output(tool, ['--version'])}\n`);
  const files = [
    'scripts/build.mjs',
    'scripts/lib/entry.js',
    'scripts/lib/bundle.mjs',
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

async function filesBelow(folder) {
  const entries = await readdir(join(ROOT, folder), { withFileTypes: true });
  const lists = entries.map((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
  return (await Promise.all(lists)).flat().sort();
}

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
