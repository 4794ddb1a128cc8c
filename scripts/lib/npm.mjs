// @ts-check
// The npm side: packages, and a Node that is new enough for wrangler.

import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_BIN, NODE_MODULES, inRoot } from './paths.mjs';
import { run, which, withoutNodeBin } from './run.mjs';
import { Failure, say } from './say.mjs';
import { atLeast } from './version.mjs';

/** What wrangler, and so the package, needs. The scripts that only start other programs run on an older Node, too. */
const LEAST_NODE = '22.12';

/** Installs the packages of package-lock.json, unless exactly these are there. */
export async function ensurePackages() {
  for (const { name, run } of missingPackages()) {
    say(`installing ${name} (about a minute)`);
    await run();
  }
}

/** The same as a job, where it is one. */
export const missingPackages = () => (isInstalled() ? [] : [{ name: 'npm packages', run: install }]);

/** @param {AbortSignal} [signal] */
async function install(signal) {
  if (!which('npm')) throw new Failure('please install npm, which comes with Node, then run this again');
  refuseLink(NODE_MODULES);
  // No package needs its install script here: node, workerd, esbuild and sharp ship their binaries inside platform packages.
  // Skipping them also skips the ones that phone home. Not in .npmrc, where it would skip our own `prepack`, too.
  const options = ['--ignore-scripts', '--prefer-offline', '--loglevel=error'];
  await run('npm', ['ci', ...options], { env: withoutNodeBin(), signal, stdio: ['ignore', 'ignore', 'inherit'] });
  if (!isInstalled()) throw new Failure('npm ci has not installed what package-lock.json names: please run this again');
}

/**
 * Fails where `folder` is a link: `npm ci` would empty the folder that it leads to, which may be another checkout's.
 *
 * @param {string} folder
 */
export function refuseLink(folder) {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  throw new Failure(`${folder} is a link, and npm would empty the folder behind it: please remove the link`);
}

/** npm writes a lock file of the installed packages at the end: it must equal ours. */
function isInstalled() {
  const installed = packagesOf(join(NODE_MODULES, '.package-lock.json'));
  if (!installed) return false;
  const wanted = packagesOf(inRoot('package-lock.json'));
  /** @param {string} name */
  const same = (name) => wanted[name]?.version === installed[name]?.version;
  return (
    Object.keys(installed).every(same) &&
    // Optional packages are those of other platforms: some are rightly absent.
    Object.keys(wanted).every((name) => name === '' || wanted[name].optional || same(name))
  );
}

/** @param {string} path */
function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Path of a Node that runs wrangler: the one from npm, or, on a platform without, this one. */
export function newNode() {
  const own = join(NODE_BIN, 'node');
  if (existsSync(own)) return own;
  if (atLeast(process.versions.node, LEAST_NODE)) return process.execPath;
  throw new Failure(
    `Node ${LEAST_NODE} or newer is needed, but this is ${process.version}: please install a newer one`,
  );
}

/** Whether this process already runs on a Node that is new enough. */
export const isNewNode = () => atLeast(process.versions.node, LEAST_NODE);

/**
 * Path of a program that a package brings.
 *
 * @param {string} name
 */
export const packageBin = (name) => join(NODE_BIN, name);
