// @ts-check
// Rounds: the contenders take turns, so that whatever else the machine does falls on all of them. A turn is short, so that
// those of one round meet the same machine, and there are many rounds.

import { setTimeout as delay } from 'node:timers/promises';
import { say } from '../scripts/lib/say.mjs';
import { cpuMicros } from './cpu.mjs';
import { mapValues, median } from './stats.mjs';

/** @typedef {import('./goals.mjs').Cell} Cell */
/** @typedef {import('./workloads.mjs').Pass} Pass */
/** @typedef {{name: string, pid: number, client: import('./load.mjs').Client}} Contender */
/** @typedef {{cpu: number, rate: number}} Sample */

/** For what a process still does when its last answer is out. */
const SETTLE_MS = 25;
/** However late it is, a median of fewer rounds would say little. */
const LEAST_ROUNDS = 9;

/**
 * Measures one workload. `contenders`: `{name, pid, client}`. `part`: of the requests that a pass has. `warmUp`: how many rounds' requests go ahead unmeasured, for
 * V8 to compile what is hot. Resolves to `{row: {contender: {cpu, rate, rounds}}}`: CPU microseconds per request and
 * requests per second, medians over the rounds, and the CPU microseconds of each round.
 *
 * @param {import('./workloads.mjs').Workload} workload
 * @param {Contender[]} contenders
 * @param {Pick<import('./run.mjs').Scale, 'rounds' | 'part' | 'warmUp' | 'milliseconds'>} scale
 */
export async function measure(workload, contenders, { rounds, part, warmUp, milliseconds }) {
  const count = Math.ceil(workload.count * part);
  say(`${workload.id}: ${contenders.length} contenders, up to ${rounds} rounds`);
  const until = Date.now() + milliseconds;
  /** @type {Record<string, Record<string, Sample[]>>} */
  const samples = {};
  for (const pass of workload.passes(warmUp * count)) {
    await Promise.all(contenders.map(({ client }) => client.drive(pass)));
  }
  for (let round = 0; round < rounds; round++) {
    if (round >= LEAST_ROUNDS && Date.now() > until) break;
    const passes = workload.passes(count);
    for (const contender of rotated(contenders, round)) {
      for (const pass of passes) {
        samples[pass.row] ??= {};
        const row = samples[pass.row];
        row[contender.name] ??= [];
        row[contender.name].push(await sample(contender, pass));
      }
    }
  }
  return mapValues(samples, (row) => mapValues(row, summary));
}

/**
 * @param {Contender} contender
 * @param {Pass} pass
 * @returns {Promise<Sample>}
 */
async function sample({ pid, client }, pass) {
  const before = cpuMicros(pid);
  const seconds = await client.drive(pass);
  await delay(SETTLE_MS);
  return { cpu: (cpuMicros(pid) - before) / pass.count, rate: pass.count / seconds };
}

/**
 * @param {Sample[]} list
 * @returns {Cell}
 */
function summary(list) {
  const cpu = list.map((each) => each.cpu);
  return { cpu: median(cpu), rate: median(list.map((each) => each.rate)), rounds: cpu };
}

/** @type {<Item>(list: Item[], by: number) => Item[]} */
const rotated = (list, by) => list.map((_, index) => list[(index + by) % list.length]);
