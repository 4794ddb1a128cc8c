// The Rust side: toolchain, wasm target, and the command line tools that cargo installs.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOOLS, TOOLS_BIN, inRoot } from './paths.mjs';
import { output, run, runForCode, which } from './run.mjs';
import { Failure, say } from './say.mjs';
import { atLeast, versionIn } from './version.mjs';

const TARGET = 'wasm32-unknown-unknown';
const WORKER_BUILD = '0.8.7';
const CARGO_DENY = '0.20.2';
const CARGO_MUTANTS = '27.1.0';

/** Checks what cannot be installed from here: cargo, rustc and a C compiler. */
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

function requireRustup(what) {
  if (!which('rustup')) throw new Failure(`Rust lacks ${what}: please install it, or use rustup (https://rustup.rs)`);
}

/** Path of a worker-build of the version that the Worker's library wants. */
export const ensureWorkerBuild = () => ensureCargoTool('worker-build', 'worker-build', WORKER_BUILD);

/** Path of a wasm-bindgen of exactly the version in Cargo.lock: any other refuses the module. */
export const ensureWasmBindgen = () =>
  ensureCargoTool('wasm-bindgen-cli', 'wasm-bindgen', lockedVersion('wasm-bindgen'));

/** Path of a cargo-deny: only linting needs it. */
export const ensureCargoDeny = () => ensureCargoTool('cargo-deny', 'cargo-deny', CARGO_DENY);

/** Path of a cargo-mutants, which tells its version only as the subcommand that it is. */
export const ensureCargoMutants = () =>
  ensureCargoTool('cargo-mutants', 'cargo-mutants', CARGO_MUTANTS, ['mutants', '--version']);

async function ensureCargoTool(crate, binary, version, asking = ['--version']) {
  const isRight = (path) => versionIn(output(path, asking)) === version;
  const own = join(TOOLS_BIN, binary);
  const present = [own, which(binary)].find((path) => path && isRight(path));
  if (present) return present;
  say(`building ${crate} ${version} into .tools/ (one to three minutes, once)`);
  // Unoptimised: it runs for seconds and would take twice as long to build. `--force` replaces another version.
  const args = ['install', crate, '--version', `=${version}`, '--debug', '--force', '--quiet', '--root', TOOLS];
  // Without --locked, dependencies must still suit the installed compiler.
  const env = { ...process.env, CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS: 'fallback' };
  delete env.CARGO_TARGET_DIR;
  // A crate's own lock file may name a release that a mirror does not have (yet), or that was withdrawn. What is wrong
  // for another reason is said by the second attempt.
  if ((await runForCode('cargo', [...args, '--locked'], { env, stdio: 'ignore' })) !== 0) {
    say(`${crate}'s own lock file cannot be used: choosing its dependencies anew`);
    await run('cargo', args, { env });
  }
  if (!isRight(own)) throw new Failure(`${crate} ${version} was installed but does not run`);
  return own;
}

function lockedVersion(crate) {
  const lock = readFileSync(inRoot('Cargo.lock'), 'utf8');
  const version = new RegExp(`name = "${crate}"\\nversion = "(.+)"`).exec(lock)?.[1];
  if (!version) throw new Failure(`Cargo.lock has no ${crate}`);
  return version;
}
