// @ts-check
// Installing the packages of an example's lock file, into a folder below .tools/.

import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { say } from './say.mjs';

/** How many folders are filled at the same time: registries take longer to answer than packages to unpack. */
export const INSTALLS_AT_ONCE = 4;

/**
 * Lets `install` fill the folder `home`, emptied first, unless it was filled from these very `files`; a half of one is never
 * taken for whole. Where `install` resolves to false, it is tried again the next time.
 *
 * @param {string} home
 * @param {string} name
 * @param {string[]} files
 * @param {(home: string) => Promise<boolean | void>} install
 */
export async function installOnce(home, name, files, install) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  const wanted = hash.digest('hex');
  const stamp = join(home, '.installed');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return;
  say(`installing the packages of ${name}`);
  await rm(home, { recursive: true, force: true });
  if ((await install(home)) !== false) await writeFile(stamp, wanted);
}
