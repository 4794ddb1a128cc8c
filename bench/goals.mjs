// @ts-check
// Goals, and whether they are met. Nothing fails when one is missed.

import { ratio } from './stats.mjs';

/**
 * What was measured of a contender in a row: medians, and the CPU time of each round.
 *
 * @typedef {{cpu: number, rate: number, rounds: number[]}} Cell
 */
/** @typedef {import('./workloads.mjs').Row & {cells: Record<string, Cell>}} ResultRow */
/** @typedef {import('./run.mjs').Results} Results */

const MOST_START_UP = 1.6;
const MOST_GZIP_KIB = 300;
const MOST_GROWTH = 0.1;

/**
 * What a row is to be, as multiples of other contenders' CPU time: `{rival: {most, is, met}}`.
 *
 * @param {ResultRow} row
 */
export function rowGoals({ goals, cells, of = 'ours' }) {
  const rivals = Object.entries(goals).filter(([rival]) => cells[rival] && cells[of]);
  return Object.fromEntries(
    rivals.map(([rival, most]) => {
      const is = ratio(cells[of], cells[rival]);
      return [rival, { most, is, met: is <= most }];
    }),
  );
}

/** @param {Record<string, {rounds: number[]}>} startUp */
export function startUpGoal({ ours, floor }) {
  const is = ratio(ours, floor);
  return { text: `${is.toFixed(2)} × floor, at most ${MOST_START_UP}`, met: is <= MOST_START_UP };
}

/** @param {{gzip: number}} size */
export const sizeGoal = ({ gzip }) => ({
  text: `≤ ${MOST_GZIP_KIB} KiB gzip`,
  met: gzip <= MOST_GZIP_KIB * 1024,
});

/**
 * Flat: the last value within a tenth of the first.
 *
 * @param {{ours: Record<string, number>}} memory
 */
export function memoryGoal({ ours }) {
  const values = Object.values(ours);
  return { text: 'flat ± 10 %', met: Math.abs(values[values.length - 1] / values[0] - 1) <= MOST_GROWTH };
}

/**
 * Every goal of these results, and how many of them are met.
 *
 * @param {Pick<Results, 'rows' | 'startUp' | 'size' | 'memory'>} results
 */
export function tally({ rows, startUp, size, memory }) {
  const all = [
    ...rows.flatMap((row) => Object.values(rowGoals(row))),
    ...(startUp?.ours && startUp.floor ? [startUpGoal(startUp)] : []),
    ...(size.ours ? [sizeGoal(size.ours)] : []),
    ...(memory ? [memoryGoal(memory)] : []),
  ];
  return { met: all.filter(({ met }) => met).length, all: all.length };
}
