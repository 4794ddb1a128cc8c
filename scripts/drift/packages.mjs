// @ts-check
// The packages that are driven: those in the `node_modules` of a folder, whatever their versions.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Modules of any version, so of no known types. `ofRuntime` is what the runtime itself has; `sources` is the folder of its
 * code.
 *
 * @typedef {{
 *   runtime: any, core: any, agui: any, ofRuntime: {AbstractAgent: any, Observable: any}, sources: string,
 *   versions: Record<string, string>,
 * }} Packages
 */

const RUNTIME = '@copilotkit/runtime';
const REACT_CORE = '@copilotkit/react-core';
const AGUI = '@ag-ui/client';

/**
 * @param {string} folder
 * @returns {Promise<Packages>}
 */
export async function load(folder) {
  // The client connects in a browser only.
  const location = new URL('http://runtime.test/');
  globalThis.window = /** @type {any} */ (Object.assign(new EventTarget(), { location }));
  const from = createRequire(join(folder, 'drift.js'));
  const manifestOf = (/** @type {string} */ name) => join(folder, 'node_modules', name, 'package.json');
  const forCore = createRequire(manifestOf(REACT_CORE));
  const forRuntime = createRequire(manifestOf(RUNTIME));
  // The runtime's agents must be of the client that it has itself.
  const { AbstractAgent } = await importFrom(forRuntime, AGUI);
  const { Observable } = await importFrom(forRuntime, 'rxjs');
  return {
    runtime: await importFrom(from, `${RUNTIME}/v2`),
    core: await importFrom(forCore, '@copilotkit/core'),
    agui: await importFrom(from, AGUI),
    ofRuntime: { AbstractAgent, Observable },
    sources: join(dirname(moduleOf(from, `${RUNTIME}/v2`)), 'runtime'),
    versions: Object.fromEntries([RUNTIME, REACT_CORE, AGUI].map((name) => [name, versionIn(manifestOf(name))])),
  };
}

/**
 * @param {NodeJS.Require} require
 * @param {string} name
 */
const importFrom = async (require, name) => import(pathToFileURL(moduleOf(require, name)).href);

/**
 * The ES module of a package: `require.resolve` returns its CommonJS twin.
 *
 * @param {NodeJS.Require} require
 * @param {string} name
 */
function moduleOf(require, name) {
  const path = require.resolve(name);
  return path.endsWith('.cjs') ? path.replace(/\.cjs$/, '.mjs') : path;
}

/**
 * @param {string} manifest
 * @returns {string}
 */
const versionIn = (manifest) => JSON.parse(readFileSync(manifest, 'utf8')).version;
