// @ts-check
// Jobs that run in parallel: all at once, with a line of progress that lists the remaining ones, or a few at a time.

import { say } from './say.mjs';

/** How often that line is printed while no job ends. */
const EVERY_MS = 30_000;

/**
 * Runs jobs, each `{name, run}`, at the same time and resolves when all are done. `run` gets a signal: the first job that
 * fails ends the others, and its error is the one that counts.
 *
 * @typedef {{name: string, run: (signal?: AbortSignal) => Promise<unknown>}} Job
 * @param {Job[]} jobs
 */
export async function together(jobs) {
  const started = Date.now();
  const left = new Set(jobs.map(({ name }) => name));
  const tell = () => say(`${time(Date.now() - started)}: left: ${[...left].join(', ')}`);
  tell();
  const timer = setInterval(tell, EVERY_MS);
  const stop = new AbortController();
  /** @type {unknown} */
  let failure;
  /** @param {Job} job */
  const start = async ({ name, run }) => {
    try {
      await run(stop.signal);
    } catch (error) {
      failure ??= error;
      return stop.abort();
    }
    left.delete(name);
    if (left.size > 0 && !failure) tell();
  };
  await Promise.all(jobs.map(start));
  clearInterval(timer);
  if (failure) throw failure;
}

/**
 * Runs `work` for each item, for at most `atOnce` of them at the same time. Resolves to the results in the items' order;
 * after a failure no further item is begun, and those that run are awaited.
 *
 * @template Item, Result
 * @param {Item[]} items
 * @param {number} atOnce
 * @param {(item: Item) => Promise<Result>} work
 * @returns {Promise<Result[]>}
 */
export async function inLanes(items, atOnce, work) {
  /** @type {Result[]} */
  const results = [];
  /** @type {unknown[]} */
  const failures = [];
  const left = items.entries();
  const lane = async () => {
    for (const [index, item] of left) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}

/** @param {number} ms */
function time(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
