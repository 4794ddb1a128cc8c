// @ts-check
// What the examples of backends run on: for each a virtual environment or npm packages, below .tools/backends/, of exactly
// what the lock file in its folder pins.

import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce } from './install.mjs';
import { TOOLS, inRoot } from './paths.mjs';
import { output, run, which, withoutNodeBin } from './run.mjs';
import { Failure, say } from './say.mjs';
import { atLeast, versionIn } from './version.mjs';

const EXAMPLES = 'examples/backends';
const LEAST_PYTHON = '3.11';
const UV = join(TOOLS, 'uv');
const UV_LOCK = inRoot('scripts/lib/uv.txt');
/** Building a package runs its code, and may need a compiler. One of LangGraph's has no wheel, and needs none. */
const WHEELS = ['--only-binary', ':all:', '--no-binary', 'forbiddenfruit'];

/** Every example, by its folder's name. */
export const backends = () =>
  readdirSync(inRoot(EXAMPLES), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

/** Where an example is. */
export const exampleOf = (name) => inRoot(EXAMPLES, name);

/** The folder of its packages. */
export const homeOf = (name) => join(TOOLS, 'backends', name);

/** Path of a program that its environment has. */
export const programOf = (name, program) => join(homeOf(name), 'bin', program);

/** Installs the packages of an example, unless exactly these are there. */
export async function ensureBackend(name) {
  if (existsSync(join(exampleOf(name), 'requirements.txt'))) await ensurePythonPackages(name);
  if (existsSync(join(exampleOf(name), 'package-lock.json'))) await ensureNodePackages(name);
}

async function ensurePythonPackages(name) {
  const lock = join(exampleOf(name), 'requirements.txt');
  await installOnce(homeOf(name), name, [lock], (home) => installPythonPackages(home, lock));
}

/** Makes a virtual environment in `home` of exactly what `lock` pins. */
export async function installPythonPackages(home, lock) {
  const uv = await ensureUv();
  await run(uv, ['venv', '--quiet', '--python', python(), home]);
  const into = ['--python', join(home, 'bin', 'python')];
  await run(uv, ['pip', 'sync', '--quiet', '--require-hashes', ...WHEELS, ...into, lock]);
}

async function ensureNodePackages(name) {
  const files = ['package.json', 'package-lock.json'].map((file) => join(exampleOf(name), file));
  await installOnce(homeOf(name), name, files, async (home) => {
    await mkdir(home, { recursive: true });
    for (const file of files) await cp(file, join(home, file.slice(exampleOf(name).length)));
    await cp(inRoot('.npmrc'), join(home, '.npmrc'));
    // Without its peers, the runtime among them: those are this project's own, in the folder of packages above.
    await run('npm', ['ci', '--legacy-peer-deps', '--loglevel=error'], { cwd: home, env: withoutNodeBin() });
  });
}

/** Path of a uv: it makes an environment in seconds, and checks every file against the lock. */
async function ensureUv() {
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
