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

/**
 * How far two medians of the same program differ in this run: half the width, and more where its middle is not 1, of the
 * interval that contains the median of these ratios with a probability of 95 % (order statistics; no distribution is assumed).
 *
 * @param {{rounds: number[]}} one
 * @param {{rounds: number[]}} same
 */
export function noise(one, same) {
  const ratios = one.rounds.map((cpu, round) => cpu / same.rounds[round]).sort((a, b) => a - b);
  const outer = outerRank(ratios.length);
  const [low, high] = [ratios[outer], ratios[ratios.length - 1 - outer]];
  return Math.max(1 - low, high - 1, 0);
}

/**
 * The rank, counted from 0, of the value of so many below which their true median lies with a probability of 2.5 % at most.
 *
 * @param {number} count
 */
function outerRank(count) {
  let probability = 2 ** -count;
  let sum = probability;
  let rank = 0;
  while (sum <= 0.025) {
    rank += 1;
    probability *= (count - rank + 1) / rank;
    sum += probability;
  }
  return Math.max(0, rank - 1);
}
