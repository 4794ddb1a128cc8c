// @ts-check
// Telling a script that was started from a module that was imported.

import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @param {ImportMeta} meta */
export const isMain = (meta) =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(meta.url));
