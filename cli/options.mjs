// @ts-check
// The options of a command, as `node:util` reads them.

import { parseArgs } from 'node:util';
import { Failure } from './failure.mjs';

/** `--env ''` is the top level of the configuration, as for wrangler. */
const MAY_BE_EMPTY = ['env'];

/**
 * As `parseArgs`; fails with the command's options where there is no such option, and where an option has an empty value, which a
 * shell makes of a variable that is not set.
 *
 * @template {import('node:util').ParseArgsConfig} Config
 * @param {Config} config
 * @returns {ReturnType<typeof parseArgs<Config>>}
 */
export function readOptions(config) {
  const parsed = parse(config);
  for (const [name, value] of Object.entries(parsed.values)) {
    if (MAY_BE_EMPTY.includes(name) || ![value].flat().includes('')) continue;
    throw new Failure(`--${name} is empty: it needs a value, or leave it out`, 2);
  }
  return parsed;
}

/**
 * @template {import('node:util').ParseArgsConfig} Config
 * @param {Config} config
 * @returns {ReturnType<typeof parseArgs<Config>>}
 */
function parse(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
    const options = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    throw new Failure(`${error.message.split('. ')[0]}: the options are ${options.join(', ')} and --help`, 2);
  }
}
