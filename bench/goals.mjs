// Goals, and whether they are met. Nothing fails when one is missed.

import { ratio } from './stats.mjs';

const MOST_GZIP = 200 * 1024;
const MOST_GROWTH = 0.1;

/** A row's goals: `[{text, met}]`. */
export function rowGoals(goals, cells) {
  return Object.entries(goals)
    .filter(([rival]) => cells[rival] && cells.ours)
    .map(([rival, most]) => ({ text: `≤ ${most} × ${rival}`, met: ratio(cells.ours, cells[rival]) <= most }));
}

export const sizeGoal = ({ gzip }) => ({ text: '≤ 200 KiB gzip', met: gzip <= MOST_GZIP });

/** Flat: the last value within a tenth of the first. */
export function memoryGoal({ ours }) {
  const values = Object.values(ours);
  return { text: 'flat ± 10 %', met: Math.abs(values.at(-1) / values[0] - 1) <= MOST_GROWTH };
}
