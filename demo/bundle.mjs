// A page as a browser takes it: bundled by esbuild, once for as long as its sources stay the same.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { withLock } from '../scripts/lib/lock.mjs';
import { TOOLS, inRoot } from '../scripts/lib/paths.mjs';

/** What esbuild says about its output, beside the output. */
export const META = 'meta.json';

/**
 * Bundles `entries` into a folder below .tools/ and resolves to it. `sources` are the files and folders of ours that go
 * in, and `name` keeps one page's bundles apart from another's.
 */
export async function bundle({ name, entries, sources }) {
  const bundles = join(TOOLS, name);
  const folder = join(bundles, await fingerprint([...entries, ...sources]));
  // Several programs may want it at once.
  await withLock(name, async () => {
    if (existsSync(join(folder, META))) return;
    await rm(bundles, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const { metafile } = await build({
      entryPoints: entries.map((entry) => inRoot(entry)),
      outdir: folder,
      bundle: true,
      // What the chat loads only when it meets a diagram or a formula stays out of the way.
      splitting: true,
      format: 'esm',
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"production"' },
      // Served by the page's own server.
      external: ['/*.woff2'],
      loader: { '.woff': 'empty', '.woff2': 'empty', '.ttf': 'empty' },
      minify: true,
      metafile: true,
      logLevel: 'warning',
    });
    await writeFile(join(folder, META), JSON.stringify(metafile));
  });
  return folder;
}

/** A hash over the sources and the versions of all packages. */
async function fingerprint(sources) {
  const hash = createHash('sha256').update(await readFile(inRoot('package-lock.json')));
  hash.update(await readFile(new URL(import.meta.url)));
  for (const source of sources) {
    for (const path of await filesOf(source)) hash.update(`${path}\0`).update(await readFile(inRoot(path)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** A file, or every file below a folder. */
async function filesOf(source) {
  const entries = await readdir(inRoot(source), { withFileTypes: true, recursive: true }).catch((error) => {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!entries) return [source];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(inRoot().length + 1))
    .sort();
}
