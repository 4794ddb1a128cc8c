// @ts-check
// Where things are, relative to this file, so every script works from any current directory.

import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const TOOLS = join(ROOT, '.tools');
export const TOOLS_BIN = join(TOOLS, 'bin');
export const NODE_MODULES = join(ROOT, 'node_modules');
export const NODE_BIN = join(NODE_MODULES, '.bin');
export const BUILD = join(ROOT, 'build');
/** The same build with the names of its functions, for profiles. */
export const NAMED_BUILD = join(ROOT, 'build-names');

/** @param {string[]} parts */
export const inRoot = (...parts) => join(ROOT, ...parts);
