// @ts-check
// What the examples of apps run on, below .tools/examples/: of what their lock files pin, whatever this project does not
// have itself. Everything would be a gigabyte for each.

import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce } from './install.mjs';
import { TOOLS, inRoot } from './paths.mjs';
import { run, withoutNodeBin } from './run.mjs';

/** Every example of an app, by its folder's name. */
export const APPS = readdirSync(inRoot('examples')).filter((name) =>
  existsSync(inRoot('examples', name, 'package.json')),
);

/**
 * Where an example is.
 *
 * @param {string} name
 */
export const appOf = (name) => inRoot('examples', name);

/**
 * The folder of its packages.
 *
 * @param {string} name
 */
export const appHomeOf = (name) => join(TOOLS, 'examples', name);

/** @param {string} path */
const json = async (path) => JSON.parse(await readFile(path, 'utf8'));

/**
 * Installs the packages of an example, unless exactly these are there.
 *
 * @param {string} name
 */
export async function ensureApp(name) {
  const own = inRoot('package.json');
  const files = ['package.json', 'package-lock.json'].map((file) => join(appOf(name), file));
  await installOnce(appHomeOf(name), name, [own, ...files], async (home) => {
    const { devDependencies: shared } = await json(own);
    const [manifest, lock] = await Promise.all(files.map(json));
    for (const each of [manifest, lock.packages['']]) {
      for (const kind of ['dependencies', 'devDependencies']) each[kind] = without(shared, each[kind]);
    }
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(home, 'package-lock.json'), JSON.stringify(lock));
    // What nothing needs any more is not installed, though the lock file has it. Peers are this project's own.
    const how = ['--ignore-scripts', '--legacy-peer-deps', '--loglevel=error'];
    await run('npm', ['ci', ...how], { cwd: home, env: withoutNodeBin() });
  });
}

/**
 * @param {Record<string, string>} shared
 * @param {Record<string, string>} packages
 */
const without = (shared, packages) =>
  Object.fromEntries(Object.entries(packages).filter(([name]) => !Object.hasOwn(shared, name)));
