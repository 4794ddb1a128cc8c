// The page as a browser takes it: bundled by esbuild, once for as long as its sources stay the same.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { withLock } from '../../../scripts/lib/lock.mjs';
import { TOOLS, inRoot } from '../../../scripts/lib/paths.mjs';

const PAGE = inRoot('tests/browser/page');
/** Everything of ours that is bundled. */
const SOURCES = [PAGE, inRoot('examples/client')];
const BUNDLES = join(TOOLS, 'page');

/** The folder with `main.js` and `main.css`. */
export async function bundle() {
  const folder = join(BUNDLES, await fingerprint());
  // Several test files may want it at once.
  await withLock('page', async () => {
    if (existsSync(join(folder, 'main.css'))) return;
    await rm(BUNDLES, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await build({
      entryPoints: [join(PAGE, 'main.jsx')],
      outdir: folder,
      bundle: true,
      // What the chat loads only when it meets a diagram or a formula stays out of the way.
      splitting: true,
      format: 'esm',
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"production"' },
      loader: { '.woff': 'empty', '.woff2': 'empty', '.ttf': 'empty' },
      minify: true,
      logLevel: 'warning',
    });
  });
  return folder;
}

/** A hash over the sources and the versions of all packages. */
async function fingerprint() {
  const hash = createHash('sha256').update(await readFile(inRoot('package-lock.json')));
  for (const folder of SOURCES) {
    for (const name of (await readdir(folder)).sort())
      hash.update(`${name}\0`).update(await readFile(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
