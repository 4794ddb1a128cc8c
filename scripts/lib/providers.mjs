// @ts-check
// The issuers that the proofs of the provider pages run, below .tools/providers/: of exactly what the files in their folders
// pin.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureLocked } from './locked.mjs';
import { ensureApplication, ensureArchive, withoutMaven } from './maven.mjs';
import { TOOLS, inRoot } from './paths.mjs';

const PROOF = '.test.mjs';

/** Every provider that has a proof. */
export const provenProviders = () =>
  readdirSync(inRoot('tests/providers'))
    .filter((file) => file.endsWith(PROOF))
    .map((file) => file.slice(0, -PROOF.length))
    .sort();

/**
 * The file of a proof.
 *
 * @param {string} name
 */
export const proofOf = (name) => `tests/providers/${name}${PROOF}`;

/**
 * Where the program of an issuer is; an issuer that is a package of this project has none.
 *
 * @param {string} name
 */
export const issuerOf = (name) => inRoot('tests/providers/issuers', name);

/**
 * The folder of its packages.
 *
 * @param {string} name
 */
export const issuerHomeOf = (name) => join(TOOLS, 'providers', name);

/**
 * Whether an issuer is built by Maven.
 *
 * @param {string} name
 */
export const needsMaven = (name) => ['archive.json', 'pom.xml'].some((file) => has(name, file));

/**
 * The reason why an issuer cannot run here; undefined if it can.
 *
 * @param {string} name
 */
export const lackOf = (name) => (needsMaven(name) ? withoutMaven() : undefined);

/**
 * Installs the packages of an issuer, unless exactly these are there.
 *
 * @param {string} name
 */
export async function ensureIssuer(name) {
  const [from, home] = [issuerOf(name), issuerHomeOf(name)];
  if (has(name, 'archive.json')) return ensureArchive(name, from, home);
  if (has(name, 'pom.xml')) return ensureApplication(name, from, home, filesOf(join(from, 'src')));
  return ensureLocked(name, from, home);
}

/**
 * @param {string} name
 * @param {string} file
 */
const has = (name, file) => existsSync(join(issuerOf(name), file));

/**
 * Paths of the files in a folder and the folders below it.
 *
 * @param {string} folder
 */
function filesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
