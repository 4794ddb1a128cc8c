// @ts-check
// The options of a command, as `node:util` reads them.

import { parseArgs } from 'node:util';
import { Failure } from './failure.mjs';

/** `--env ''` is the top level of the configuration, as for wrangler. */
const MAY_BE_EMPTY = ['env'];

/**
 * As `parseArgs`; fails where an option has an empty value, which a shell makes of a variable that is not set.
 *
 * @template {import('node:util').ParseArgsConfig} Config
 * @param {Config} config
 * @returns {ReturnType<typeof parseArgs<Config>>}
 */
export function readOptions(config) {
  const parsed = parseArgs(config);
  for (const [name, value] of Object.entries(parsed.values)) {
    if (MAY_BE_EMPTY.includes(name) || ![value].flat().includes('')) continue;
    throw new Failure(`--${name} is empty: it needs a value, or leave it out`, 2);
  }
  return parsed;
}
