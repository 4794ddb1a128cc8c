// @ts-check
// Packages that a lock file pins, in a folder below .tools/: a virtual environment, npm packages, or both.

import { existsSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce } from './install.mjs';
import { TOOLS, inRoot } from './paths.mjs';
import { output, run, which, withoutNodeBin } from './run.mjs';
import { Failure, say } from './say.mjs';
import { atLeast, versionIn } from './version.mjs';

const LEAST_PYTHON = '3.11';
const UV = join(TOOLS, 'uv');
const UV_LOCK = inRoot('scripts/lib/uv.txt');
/** Building a package runs its code, and may need a compiler. These have no wheel, and need none. */
const WHEELS = [
  '--only-binary',
  ':all:',
  ...['forbiddenfruit', 'halo', 'wget'].flatMap((name) => ['--no-binary', name]),
];

/**
 * Installs what the lock files in the folder `from` pin into `home`, unless exactly these packages are there.
 *
 * @param {string} name
 * @param {string} from
 * @param {string} home
 */
export async function ensureLocked(name, from, home) {
  if (existsSync(join(from, 'requirements.txt'))) await ensurePythonPackages(name, from, home);
  if (existsSync(join(from, 'package-lock.json'))) await ensureNodePackages(name, from, home);
}

/**
 * @param {string} name
 * @param {string} from
 * @param {string} home
 */
async function ensurePythonPackages(name, from, home) {
  const lock = join(from, 'requirements.txt');
  await installOnce(home, name, [lock], () => installPythonPackages(home, lock));
}

/**
 * Makes a virtual environment in `home` of exactly what `lock` pins.
 *
 * @param {string} home
 * @param {string} lock
 */
export async function installPythonPackages(home, lock) {
  const uv = await ensureUv();
  await run(uv, ['venv', '--quiet', '--python', python(), home]);
  const into = ['--python', join(home, 'bin', 'python')];
  await run(uv, ['pip', 'sync', '--quiet', '--require-hashes', ...WHEELS, ...into, lock]);
}

/**
 * @param {string} name
 * @param {string} from
 * @param {string} home
 */
async function ensureNodePackages(name, from, home) {
  const files = ['package.json', 'package-lock.json'].map((file) => join(from, file));
  await installOnce(home, name, files, async () => {
    await mkdir(home, { recursive: true });
    for (const file of files) await cp(file, join(home, file.slice(from.length)));
    await cp(inRoot('.npmrc'), join(home, '.npmrc'));
    // Without its peers, the runtime among them: those are this project's own, in the folder of packages above.
    await run('npm', ['ci', '--legacy-peer-deps', '--loglevel=error'], { cwd: home, env: withoutNodeBin() });
  });
}

/** @type {Promise<string> | undefined} */
let uv;

/** Path of a uv: it makes an environment in seconds, and checks every file against the lock. */
const ensureUv = () => (uv ??= installUv());

async function installUv() {
  const own = join(UV, 'bin', 'uv');
  const wanted = versionIn(await readFile(UV_LOCK, 'utf8'));
  if (versionIn(output(own, ['--version'])) === wanted) return own;
  say(`installing uv ${wanted} into .tools/`);
  const how = ['--quiet', '--disable-pip-version-check', '--root-user-action=ignore', '--require-hashes', '--upgrade'];
  await run(python(), ['-m', 'pip', 'install', ...how, '--target', UV, '-r', UV_LOCK]);
  return own;
}

function python() {
  const found = which('python3', 'python');
  if (found && atLeast(versionIn(output(found, ['--version'])), LEAST_PYTHON)) return found;
  throw new Failure(`please install Python ${LEAST_PYTHON} or newer with pip, then run this again`);
}
