// @ts-check
// Files that a command is given.

import { readFileSync } from 'node:fs';
import { Failure } from './failure.mjs';

/**
 * The text of the file at `path`; fails with its name where it cannot be read.
 *
 * @param {string} path
 */
export function file(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Failure(`${path} cannot be read: ${error.code}`, 2);
  }
}
