// @ts-check
// The Rust side: toolchain, wasm target, and the command line tools that cargo installs.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOOLS, TOOLS_BIN, inRoot } from './paths.mjs';
import { output, run, runForCode, which } from './run.mjs';
import { Failure, say } from './say.mjs';
import { atLeast, versionIn } from './version.mjs';

const TARGET = 'wasm32-unknown-unknown';
const CARGO_DENY = '0.20.2';
const CARGO_MUTANTS = '27.1.0';
const CARGO_FUZZ = '0.13.2';

/** Checks the prerequisites that cannot be installed from here: cargo, rustc and a C compiler. */
export function ensureToolchain() {
  const least = /^rust-version = "(.+)"/m.exec(readFileSync(inRoot('Cargo.toml'), 'utf8'))?.[1] ?? '1.91';
  const missing = [
    !(which('cargo') && which('rustc')) && `Rust ${least} or newer with rustup (https://rustup.rs)`,
    !which('cc', 'gcc', 'clang') &&
      'a C compiler (Debian: apt-get install build-essential; macOS: xcode-select --install)',
  ].filter(Boolean);
  if (missing.length > 0) throw new Failure(`please install ${missing.join(' and ')}, then run this again`);

  const rustc = output('rustc', ['--version']);
  if (!rustc) throw new Failure('rustc does not run: please choose a toolchain, e.g. with `rustup default stable`');
  if (!atLeast(versionIn(rustc), least)) {
    throw new Failure(`Rust ${least} or newer is needed, but this is ${rustc}: please run \`rustup update stable\``);
  }
}

/** Adds the wasm target to the toolchain. */
export async function ensureWasmTarget() {
  const sysroot = output('rustc', ['--print', 'sysroot']) ?? '';
  if (existsSync(join(sysroot, 'lib/rustlib', TARGET, 'lib'))) return;
  requireRustup(`the target ${TARGET}`);
  say(`adding the target ${TARGET} to Rust`);
  await run('rustup', ['target', 'add', TARGET]);
}

/** Adds rustfmt and clippy: only linting needs them. */
export async function ensureLinters() {
  for (const [component, command] of [
    ['rustfmt', 'fmt'],
    ['clippy', 'clippy'],
  ]) {
    if (output('cargo', [command, '--version'])) continue;
    requireRustup(component);
    say(`adding ${component} to Rust`);
    await run('rustup', ['component', 'add', component]);
  }
}

/** @param {string} what */
function requireRustup(what) {
  if (!which('rustup')) throw new Failure(`Rust lacks ${what}: please install it, or use rustup (https://rustup.rs)`);
}

/**
 * What cargo installs: crate, program, version, and what else tells it apart.
 *
 * @typedef {{crate: string, binary: string, version: () => string, asking?: string[]}} Tool
 * @type {Record<'cargoDeny' | 'cargoMutants' | 'cargoFuzz', Tool>}
 */
const TOOL = {
  cargoDeny: { crate: 'cargo-deny', binary: 'cargo-deny', version: () => CARGO_DENY },
  /** It prints its version only as a subcommand of cargo. */
  cargoMutants: {
    crate: 'cargo-mutants',
    binary: 'cargo-mutants',
    version: () => CARGO_MUTANTS,
    asking: ['mutants', '--version'],
  },
  cargoFuzz: { crate: 'cargo-fuzz', binary: 'cargo-fuzz', version: () => CARGO_FUZZ },
};

/** Path of a cargo-deny: only linting needs it. */
export const ensureCargoDeny = () => ensure(TOOL.cargoDeny);

/** Path of a cargo-mutants. */
export const ensureCargoMutants = () => ensure(TOOL.cargoMutants);

/** Path of a cargo-fuzz. */
export const ensureCargoFuzz = () => ensure(TOOL.cargoFuzz);

/** @param {Tool} tool */
async function ensure(tool) {
  if (!present(tool)) {
    say(`building ${tool.crate} ${tool.version()} into .tools/ (one to three minutes, once)`);
    await install(tool);
  }
  return pathOf(tool);
}

/** @param {Tool} tool */
function pathOf(tool) {
  const path = present(tool);
  if (!path) throw new Failure(`${tool.crate} ${tool.version()} was installed but does not run`);
  return path;
}

/**
 * Path of the program where the version that is wanted is there.
 *
 * @param {Tool} tool
 */
function present({ binary, version, asking = ['--version'] }) {
  /** @param {string} path */
  const isRight = (path) => versionIn(output(path, asking)) === version();
  return [join(TOOLS_BIN, binary), which(binary)].find((path) => path && isRight(path));
}

/** What a program that runs for seconds can do without; together they take a tenth off its build. */
export const QUICK_TO_BUILD = {
  CARGO_PROFILE_DEV_BUILD_OVERRIDE_CODEGEN_UNITS: '8',
  CARGO_PROFILE_DEV_CODEGEN_UNITS: '8',
  CARGO_PROFILE_DEV_DEBUG: '0',
  CARGO_PROFILE_DEV_DEBUG_ASSERTIONS: 'false',
  CARGO_PROFILE_DEV_INCREMENTAL: 'false',
  CARGO_PROFILE_DEV_OVERFLOW_CHECKS: 'false',
};

/** @param {Tool} tool */
async function install({ crate, binary, version }) {
  // Unoptimised: it runs for seconds and would take twice as long to build. `--force` replaces another version.
  const how = ['--debug', '--force', '--quiet', '--root', TOOLS, '--bin', binary];
  const args = ['install', crate, '--version', `=${version()}`, ...how];
  // Without --locked, dependencies must still suit the installed compiler.
  /** @type {NodeJS.ProcessEnv} */
  const env = {
    ...process.env,
    CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS: 'fallback',
    ...QUICK_TO_BUILD,
  };
  delete env.CARGO_TARGET_DIR;
  // A crate's own lock file may name a release that a mirror does not have (yet), or that was withdrawn. What is wrong
  // for another reason is said by the second attempt.
  if ((await runForCode('cargo', [...args, '--locked'], { env, stdio: 'ignore' })) === 0) return;
  say(`${crate}'s own lock file cannot be used: resolving its dependencies again`);
  await run('cargo', args, { env });
}
