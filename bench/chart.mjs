// @ts-check
// The results as a chart: CPU time per request, as a multiple of the floor's, and for each row whether its goals are met.

import { rowGoals } from './goals.mjs';
import { ratio } from './stats.mjs';

/** @typedef {import('./goals.mjs').ResultRow} ResultRow */

/**
 * Those shown. The floor is the line at 1.
 *
 * @type {Record<string, string>}
 */
const NAMES = {
  'floor-log': 'floor + one log line',
  jose: 'jose: verifies',
  hono: "hono's jwk: verifies",
  'jose-same': 'jose with the same duties',
  ours: 'copilotkit-gate',
};

const WIDTH = 820;
const LEFT = 270;
const RIGHT = 120;
const TOP = 92;
const BAR = 11;
const GAP = 2;
const BETWEEN = 14;
/** Longer bars are cut, and say so: one of them would make dots of all others. */
const MOST = 5;

/**
 * An SVG picture that brings its own background, for light and for dark pages.
 *
 * @param {import('./run.mjs').Results} results
 */
export function chart({ rows: all, machine, date }) {
  // Streams are compared with one that is read, and not with one that passes.
  const rows = all.filter(({ of }) => of === undefined);
  const contenders = Object.keys(NAMES).filter((name) => rows.some(({ cells }) => cells[name]));
  const group = contenders.length * (BAR + GAP) + BETWEEN;
  const height = TOP + rows.length * group + 34;
  const one = x(1).toFixed(1);
  const parts = [
    text(16, 30, 'CPU time per request, as a multiple of a Worker that checks nothing', 'title'),
    text(16, 50, 'shorter is better; µs of workerd per request, with upstream and key provider', 'quiet'),
    ...legend(contenders),
    ...rows.flatMap((row, index) => [
      ...labels(row, TOP + index * group),
      ...bars(row, contenders, TOP + index * group),
    ]),
    `<line x1="${one}" x2="${one}" y1="${TOP - 8}" y2="${height - 34}" class="one"/>`,
    text(
      16,
      height - 14,
      `${machine.cpu}, ${machine.cores} cores; workerd ${machine.workerd}; ${date.slice(0, 10)}`,
      'quiet',
    ),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="CPU time per request">
${STYLE}
<rect width="${WIDTH}" height="${height}" rx="6" class="page"/>
${parts.join('\n')}
</svg>
`;
}

/** @param {number} times */
const x = (times) => LEFT + (Math.min(times, MOST) / MOST) * (WIDTH - LEFT - RIGHT);

/**
 * What a row is called, what the floor takes, and its goals, one below the other.
 *
 * @param {ResultRow} row
 * @param {number} top
 */
function labels(row, top) {
  const goals = Object.entries(rowGoals(row)).map(([rival, { most, met, missed }]) => [
    `${met ? '✓' : missed ? '✗' : '~'} ≤ ${most} × ${rival}`,
    met ? 'met' : missed ? 'missed' : 'quiet small',
  ]);
  const lines = [[row.title, 'name'], [`floor: ${amount(row.cells.floor.cpu)} µs`, 'quiet small'], ...goals];
  return lines.map(([words, kind], line) => text(LEFT - 12, top + 11 + line * 14, words, `label ${kind}`));
}

/**
 * @param {ResultRow} row
 * @param {string[]} contenders
 * @param {number} top
 */
function bars({ cells }, contenders, top) {
  return contenders.map((name, index) => {
    const cell = cells[name];
    if (!cell) return '';
    const y = top + index * (BAR + GAP);
    const times = ratio(cell, cells.floor);
    const end = x(times);
    const bar = `<rect x="${LEFT}" y="${y}" width="${(end - LEFT).toFixed(1)}" height="${BAR}" class="${name}"/>`;
    const cut = times > MOST ? `<rect x="${end - 12}" y="${y}" width="4" height="${BAR}" class="page"/>` : '';
    return `${bar}${cut}${text(end + 6, y + BAR - 2, `${times.toFixed(2)} × (${amount(cell.cpu)} µs)`, 'value')}`;
  });
}

/** @param {string[]} contenders */
function legend(contenders) {
  let left = 16;
  return contenders.map((name) => {
    const at = left;
    left += 50 + NAMES[name].length * 5.5;
    return `<rect x="${at}" y="62" width="12" height="12" class="${name}"/>${text(at + 18, 72, NAMES[name], 'value')}`;
  });
}

/** @param {number} cpu */
const amount = (cpu) => Math.round(cpu).toLocaleString('en');

/**
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {string} kind
 */
const text = (x, y, words, kind) => `<text x="${x.toFixed(1)}" y="${y}" class="${kind}">${escaped(words)}</text>`;

/** @param {string} words */
const escaped = (words) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const STYLE = `<style>
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .quiet { fill: #59636e }
  .value, .small, .met, .missed { font-size: 11px }
  .label { text-anchor: end }
  .met { fill: #1a7f37 }
  .missed { fill: #cf222e }
  .page { fill: #ffffff }
  .one { stroke: #59636e; stroke-dasharray: 3 3 }
  .floor-log { fill: #a3acb5 } .jose { fill: #d98c2b } .jose-same { fill: #a65f0a } .hono { fill: #b35c9e } .ours { fill: #1f6feb }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .met { fill: #3fb950 }
    .missed { fill: #f85149 }
    .page { fill: #0d1117 }
    .one { stroke: #9198a1 }
    .floor-log { fill: #6e7681 } .jose { fill: #d98c2b } .jose-same { fill: #b8741a } .hono { fill: #c46fb0 } .ours { fill: #4493f8 }
  }
</style>`;
