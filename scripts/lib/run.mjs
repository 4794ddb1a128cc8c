// @ts-check
// Running other programs.

import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants as fs } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { NODE_BIN, ROOT } from './paths.mjs';
import { Failure } from './say.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * The program's standard output, or undefined where it is missing or fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {Omit<import('node:child_process').SpawnSyncOptions, 'encoding'>} options
 * @returns {string | undefined}
 */
export function output(command, args, options = {}) {
  const { status, stdout } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', ...options });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * @typedef {import('node:child_process').SpawnOptions & {onOutput?: (bytes: Buffer) => void}} RunOptions
 */

/**
 * Runs a program to its end with its output shown, or given to `onOutput`; resolves to its exit code.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} options
 * @returns {Promise<number>}
 */
export function runForCode(command, args, { onOutput, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const prints = onOutput ? 'pipe' : 'inherit';
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', prints, prints], ...options });
    for (const stream of [child.stdout, child.stderr]) if (onOutput) stream?.on('data', onOutput);
    // A signal to this script is passed on to the program; this script exits once the program has.
    /** @type {NodeJS.Signals | undefined} */
    let told;
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => {
      told = signal;
      child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, pass);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const each of SIGNALS) process.off(each, pass);
      if (told && signal) process.kill(process.pid, told);
      // As a shell counts: a program ended by a signal has code 128 + its number.
      else resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/**
 * As `runForCode`, but anything other than success is a failure.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export async function run(command, args, options) {
  const code = await runForCode(command, args, options).catch((error) => {
    throw new Failure(`${command} could not be started: ${error.message}`);
  });
  if (code !== 0) throw new Failure(`${[command, ...args].join(' ')} ended with code ${code}`);
}

/**
 * Options for a step of the build: with the programs of the npm packages, and what it prints on standard error, since wrangler
 * reads standard output of its build command line by line.
 *
 * @returns {RunOptions}
 */
export const asBuildStep = () => ({ env: withNodeBin(), stdio: ['ignore', 2, 2] });

/**
 * Full path of the first of `names` that PATH has.
 *
 * @param {string[]} names
 */
export function which(...names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, name);
      try {
        accessSync(path, fs.X_OK);
        return path;
      } catch {
        // not here
      }
    }
  }
  return undefined;
}

/** This environment with the project's own programs first, as npm scripts have it. */
export const withNodeBin = (env = process.env) => ({ ...env, PATH: NODE_BIN + delimiter + (env.PATH ?? '') });

/** This environment without the project's own programs: for npm while it replaces them. */
export const withoutNodeBin = (env = process.env) => ({
  ...env,
  PATH: (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== NODE_BIN)
    .join(delimiter),
});
