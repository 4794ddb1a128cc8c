#!/usr/bin/env node
// Builds the Worker: build/index.js and build/index_bg.wasm. `wrangler dev` and `wrangler deploy` call it, too. On request
// also the core for the commands of the npm package, in cli/core/.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lib/lock.mjs';
import { isMain } from './lib/main.mjs';
import { packageBin } from './lib/npm.mjs';
import { BUILD, ROOT, inRoot } from './lib/paths.mjs';
import { output, run, withNodeBin } from './lib/run.mjs';
import { asksForHelp, say, script } from './lib/say.mjs';
import { setup } from './setup.mjs';

const HELP = `Usage: npm run build [-- --package] [-- --force]

Builds the Worker into build/, after installing what is missing. Does nothing when no source has changed.

  --package  also builds the core for the commands of the npm package into cli/core/
  --force    build all the same`;

const CARGO_SOURCES = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry', 'src');
const RESULTS = ['index.js', 'index_bg.wasm'].map((name) => join(BUILD, name));
const STAMP = join(BUILD, '.sources');

const TARGET = 'wasm32-unknown-unknown';
const CLI_CORE = inRoot('cli/core');
const NODE_RESULTS = ['core.js', 'core_bg.wasm', 'libraries.cjs'].map((name) => join(CLI_CORE, name));
const NODE_STAMP = join(CLI_CORE, '.sources');

/** Builds unless build/ already holds what the sources make. */
export async function build({ force = false } = {}) {
  const tools = await setup();
  await withLock('build', async () => {
    const sources = await fingerprint(tools);
    if (!force && RESULTS.every(existsSync) && (await readFile(STAMP, 'utf8').catch(() => '')) === sources) return;
    say('building the Worker');
    await rm(STAMP, { force: true });
    await run(tools.workerBuild, ['--release', '.', '--', '--locked'], {
      // Given its tools, worker-build downloads none.
      env: {
        ...withNodeBin(),
        // A compile error is told by the compiler; where worker-build noticed it is noise.
        RUST_LIB_BACKTRACE: '0',
        RUSTFLAGS: rustFlags(),
        WASM_BINDGEN_BIN: tools.wasmBindgen,
        WASM_OPT_BIN: packageBin('wasm-opt'),
        ESBUILD_BIN: inRoot('scripts/lib/bundle.mjs'),
        GATE_ESBUILD: packageBin('esbuild'),
      },
      // wrangler reads standard output of its build command line by line; cargo's progress belongs on the other.
      stdio: ['ignore', 2, 2],
    });
    await stripNames(join(BUILD, 'index_bg.wasm'));
    await writeFile(STAMP, sources);
  });
}

/** Builds the core for Node, unless cli/core/ already holds what the sources make. */
export async function buildForNode({ force = false } = {}) {
  const tools = await setup();
  await withLock('build', async () => {
    const sources = await fingerprint(tools);
    if (!force && NODE_RESULTS.every(existsSync) && (await readFile(NODE_STAMP, 'utf8').catch(() => '')) === sources)
      return;
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
    await stripNames(join(CLI_CORE, 'core_bg.wasm'));
    // Brought along: a `dependencies` in package.json is what worker-build cannot read.
    const bundle = ['--bundle', '--minify', '--platform=node', '--main-fields=module,main', '--format=cjs'];
    await run(packageBin('esbuild'), [inRoot('cli/libraries.mjs'), ...bundle, `--outfile=${CLI_CORE}/libraries.cjs`], {
      env: withNodeBin(),
      stdio: ['ignore', 2, 2],
    });
    await writeFile(NODE_STAMP, sources);
  });
}

/** Bodies are searched 16 bytes at a time; source files are named in the binary, but not where this machine keeps them. */
function rustFlags() {
  const own = ['-Ctarget-feature=+simd128', `--remap-path-prefix=${CARGO_SOURCES}=`];
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

/** The name section is a quarter of the file, and only a debugger reads it. */
async function stripNames(wasm) {
  await run(packageBin('wasm-opt'), [wasm, '-o', wasm, ...FEATURES, '-O3', '--strip-debug', '--strip-producers'], {
    env: withNodeBin(),
    stdio: ['ignore', 2, 2],
  });
}

/** A hash over everything that decides what is built. */
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
  for (const file of [...files.filter((name) => existsSync(inRoot(name))), ...(await filesBelow('src'))]) {
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
  const force = args.includes('--force');
  await build({ force });
  if (args.includes('--package')) await buildForNode({ force });
}

if (isMain(import.meta)) await script(() => main(process.argv.slice(2)));
