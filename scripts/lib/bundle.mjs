// @ts-check
// One script of the many that wasm-bindgen writes, without what the Worker never calls.

import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageBin } from './npm.mjs';
import { inRoot } from './paths.mjs';
import { asBuildStep, run } from './run.mjs';

/**
 * Bundles `index.js` of a folder with our entry, and removes from `index_bg.wasm` what the bundle does not call: the `worker`
 * crate exports classes of its own to every Worker.
 *
 * @param {string} folder
 * @param {{bindgen: string}} tools
 */
export async function bundle(folder, { bindgen }) {
  const script = join(folder, 'index.js');
  await writeFile(script, withoutSideEffects(await readFile(script, 'utf8')));
  await copyFile(inRoot('scripts/lib/entry.js'), join(folder, 'entry.js'));
  const options = ['--bundle', '--minify', '--format=esm', '--external:./index_bg.wasm', '--outfile=bundle.js'];
  await run(packageBin('esbuild'), ['entry.js', ...options, '--log-level=warning'], { ...asBuildStep(), cwd: folder });
  await rename(join(folder, 'bundle.js'), script);
  await run(bindgen, ['prune', join(folder, 'index_bg.wasm'), script], asBuildStep());
}

/**
 * The script for esbuild, which leaves a class out unless it seems to be used: wasm-bindgen hangs a method on each and
 * registers each. workerd has no `import source` either.
 *
 * @param {string} script
 */
const withoutSideEffects = (script) =>
  script
    .replaceAll(/^if \(Symbol\.dispose\) .+\.prototype\[Symbol\.dispose\] = .+;$/gm, '')
    .replaceAll('new FinalizationRegistry(', '/* @__PURE__ */ new FinalizationRegistry(')
    .replace('import source ', 'import ');
