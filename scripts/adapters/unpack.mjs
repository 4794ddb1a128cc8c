// @ts-check
// The pinned adapters, unpacked where their sources can be read; nothing of them is run.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce } from '../lib/install.mjs';
import { NODE_MODULES, TOOLS, inRoot } from '../lib/paths.mjs';
import { run, which, withoutNodeBin } from '../lib/run.mjs';
import { Failure } from '../lib/say.mjs';

/**
 * What a lock file says of a package: the entry of pip's, or version and checksum of npm's.
 *
 * @typedef {{version: string, entry?: string, integrity?: string}} Pin
 */

const OWN_LOCK = 'package-lock.json';

/**
 * The version of `name` that the lock file `lock` pins, with what that file says about it.
 *
 * @param {string} name
 * @param {string} lock
 */
export function pinned(name, lock) {
  const text = readFileSync(inRoot(lock), 'utf8');
  if (lock.endsWith('.json')) {
    const { version, integrity } = JSON.parse(text).packages[`node_modules/${name}`] ?? {};
    return version && { version, integrity };
  }
  const [entry] = text.match(new RegExp(`^${name}==\\S+(?:.*\\\\\\n)+.*`, 'm')) ?? [];
  return entry && { version: /==(\S+)/.exec(entry)?.[1], entry };
}

/**
 * The folder with the sources of `name`, as `lock` pins it.
 *
 * @param {string} name
 * @param {string} lock
 */
export async function unpack(name, lock) {
  if (lock === OWN_LOCK) return join(NODE_MODULES, name);
  const pin = pinned(name, lock);
  const home = join(TOOLS, 'adapters', `${name.replace('/', '+')}-${pin.version}`);
  await installOnce(home, 'the check of adapters', [inRoot(lock)], async () => {
    await mkdir(home, { recursive: true });
    await (lock.endsWith('.json') ? fetchPackage(name, pin, home) : fetchWheel(pin, home));
  });
  return home;
}

/**
 * @param {Pin} pin
 * @param {string} home
 */
async function fetchWheel({ entry }, home) {
  const python = ensurePython();
  const list = join(home, 'requirements.txt');
  await writeFile(list, `${entry}\n`);
  const how = ['--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes', '--only-binary', ':all:'];
  await run(python, ['-m', 'pip', 'download', ...how, '--dest', home, '-r', list]);
  await run(python, ['-m', 'zipfile', '--extract', fileIn(home, '.whl'), home]);
}

/**
 * The path of the one file in `folder` whose name ends so.
 *
 * @param {string} folder
 * @param {string} end
 */
const fileIn = (folder, end) => join(folder, readdirSync(folder).find((file) => file.endsWith(end)) ?? '');

/**
 * @param {string} name
 * @param {Pin} pin
 * @param {string} home
 */
async function fetchPackage(name, { version, integrity }, home) {
  const env = withoutNodeBin();
  const how = ['--silent', '--ignore-scripts', '--pack-destination', home];
  await run('npm', ['pack', ...how, `${name}@${version}`], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const archive = fileIn(home, '.tgz');
  const digest = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (`sha512-${digest}` !== integrity) throw new Failure(`${name}@${version} is not what its lock file pins`);
  await run('tar', ['-xzf', archive, '-C', home, '--strip-components=1']);
}

/** Path of a Python, which parses the sources of the others. */
export function ensurePython() {
  const python = which('python3', 'python');
  if (python) return python;
  throw new Failure('please install Python 3 with pip (Debian: apt-get install python3-pip), then run this again');
}
