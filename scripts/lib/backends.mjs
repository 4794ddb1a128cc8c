// @ts-check
// What the examples of backends run on: for each a virtual environment or npm packages, below .tools/backends/, of exactly
// what the lock file in its folder pins.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureLocked } from './locked.mjs';
import { TOOLS, inRoot } from './paths.mjs';

const EXAMPLES = 'examples/backends';

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
export const ensureBackend = (name) => ensureLocked(name, exampleOf(name), homeOf(name));
