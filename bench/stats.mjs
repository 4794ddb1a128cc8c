// @ts-check
// The one statistic used throughout, and how it is applied to tables.

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * How much CPU time `one` takes, as a multiple of `other`: cells of one row. The median of the ratios in each round, since
 * both had the same neighbours in it; medians of their own, from other moments, differ by a tenth for the same program.
 *
 * @param {{rounds: number[]}} one
 * @param {{rounds: number[]}} other
 */
export const ratio = (one, other) => median(one.rounds.map((cpu, round) => cpu / other.rounds[round]));

/**
 * The object with each of its values changed.
 *
 * @template Value, Changed
 * @param {Record<string, Value>} object
 * @param {(value: Value) => Changed} change
 */
export const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
