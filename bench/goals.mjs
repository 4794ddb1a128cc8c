// @ts-check
// Goals, and whether they are met. Nothing fails when one is missed.

import { again } from './contenders.mjs';
import { noise, ratio } from './stats.mjs';

/**
 * What was measured of a contender in a row: medians, and the CPU time of each round.
 *
 * @typedef {{cpu: number, rate: number, rounds: number[]}} Cell
 */
/** @typedef {import('./workloads.mjs').Row & {cells: Record<string, Cell>}} ResultRow */
/** @typedef {import('./run.mjs').Results} Results */

const MOST_START_UP = 1.35;
const MOST_GZIP_KIB = 300;
const MOST_MEMORY = 1.05;
const MOST_FOR_BODY = 2;
const MOST_KEPT_MIB = 16;

/**
 * What a row is to be, as multiples of other contenders' CPU time: `{rival: {most, is, met, missed}}`. A goal is met where the
 * noise of the run could not make it missed, and missed where it could not make it met.
 *
 * @param {ResultRow} row
 */
export function rowGoals(row) {
  const { goals, cells, of = 'ours' } = row;
  const rivals = Object.entries(goals).filter(([rival]) => cells[rival] && cells[of]);
  const spread = rowNoise(row) ?? 0;
  return Object.fromEntries(
    rivals.map(([rival, most]) => {
      const is = ratio(cells[of], cells[rival]);
      return [rival, { most, is, met: is * (1 + spread) <= most, missed: is / (1 + spread) > most }];
    }),
  );
}

/**
 * What the same build against itself differs by in a row; undefined where it was measured once.
 *
 * @param {ResultRow} row
 */
export function rowNoise({ cells, of = 'ours' }) {
  const same = cells[again(of)];
  return cells[of] && same && noise(same, cells[of]);
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
 * The last value against the floor's, whose process grows as well.
 *
 * @param {{ours: Record<string, number>, floor: Record<string, number>}} memory
 */
export function memoryGoal({ ours, floor }) {
  const is = Number(Object.values(ours).at(-1)) / Number(Object.values(floor).at(-1));
  return { text: `${is.toFixed(2)} × floor, at most ${MOST_MEMORY}`, met: is <= MOST_MEMORY };
}

/**
 * What wasm takes for the body for which it takes most, and keeps of the one of which it keeps most.
 *
 * @param {import('./wasm.mjs').Measured[]} wasm
 */
export function wasmGoal(wasm) {
  const most = Math.max(...wasm.map(({ most, body }) => most / body));
  const kept = Math.max(...wasm.map(({ rest }) => rest)) / 1024 / 1024;
  return {
    text: `${most.toFixed(2)} × the body, at most ${MOST_FOR_BODY}; then ${kept.toFixed(1)} MiB, at most ${MOST_KEPT_MIB}`,
    met: most <= MOST_FOR_BODY && kept <= MOST_KEPT_MIB,
  };
}

/**
 * Every goal of these results, and how many of them are met.
 *
 * @param {Pick<Results, 'rows' | 'startUp' | 'size' | 'memory' | 'wasm'>} results
 */
export function tally({ rows, startUp, size, memory, wasm }) {
  const all = [
    ...rows.flatMap((row) => Object.values(rowGoals(row))),
    ...(startUp?.ours && startUp.floor ? [startUpGoal(startUp)] : []),
    ...(size.ours ? [sizeGoal(size.ours)] : []),
    ...(memory ? [memoryGoal(memory)] : []),
    ...(wasm ? [wasmGoal(wasm.ours)] : []),
  ];
  const within = rows.flatMap((row) => Object.values(rowGoals(row))).filter(({ met, missed }) => !met && !missed);
  return { met: all.filter(({ met }) => met).length, within: within.length, all: all.length };
}
