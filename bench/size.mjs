// @ts-check
// What is uploaded, in bytes.

import { gzipSync } from 'node:zlib';
import { deployed } from './contenders.mjs';

/** @typedef {{raw: number, gzip: number}} Size */

/**
 * `{files: {name: {raw, gzip}}, raw, gzip}` of the built Worker.
 *
 * @param {string} build
 */
export function sizes(build) {
  /** @type {[string, Size][]} */
  const files = deployed(build).map(([name, bytes]) => [
    name,
    { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length },
  ]);
  /** @param {keyof Size} kind */
  const total = (kind) => files.reduce((sum, [, size]) => sum + size[kind], 0);
  return { files: Object.fromEntries(files), raw: total('raw'), gzip: total('gzip') };
}
