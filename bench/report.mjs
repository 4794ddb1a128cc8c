// @ts-check
// The results as text for a terminal.

import { memoryGoal, rowGoals, rowNoise, sizeGoal, startUpGoal, tally, wasmGoal } from './goals.mjs';
import { ratio } from './stats.mjs';

/** @typedef {import('./run.mjs').Results} Results */
/** @typedef {import('./goals.mjs').ResultRow} ResultRow */

/** Whom ours is compared with. */
const RIVALS = ['floor', 'floor-log', 'floor-calls', 'jose', 'jose-same', 'hono'];

/**
 * The whole report, of what is there.
 *
 * @param {Results} results
 */
export function report(results) {
  const { machine, load, rows, startUp, instantiation, size, memory, wasm = {} } = results;
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.os}; Node ${machine.node}, workerd ${machine.workerd}, commit ${machine.commit}`,
    `load average ${load.before} before, ${load.after} after; ${results.date}${results.quick ? '; quick: rough figures' : ''}`,
    '',
  ];
  if (rows.length > 0) {
    lines.push(
      'CPU time of workerd in µs per request, with origin and provider in the same process (median of rounds)',
    );
    lines.push(...figures(rows, 'cpu'), '');
    lines.push('ours as a multiple of others (median of the ratios in each round), with the goals');
    lines.push('✓ met, ✗ missed, ~ within the noise: what medians of the same build differ by in this run');
    lines.push(...ratios(rows, Object.keys(size)), '');
    lines.push('requests per second, 16 connections, one load generator');
    lines.push(...figures(rows, 'rate'), '');
  }
  if (startUp) {
    const list = (/** @type {'median' | 'request'} */ what) =>
      Object.entries(startUp).map(([name, { [what]: ms }]) => `${name} ${ms.toFixed(0)}`);
    lines.push(
      `start-up, process start to first answer, ms: ${list('median').join(', ')} ${verdict(startUpGoal(startUp))}`,
      `of these, the first request, ms: ${list('request').join(', ')}`,
    );
  }
  if (instantiation) {
    const { compile, instantiate } = instantiation;
    lines.push(`wasm in this Node, ms: compile ${compile.toFixed(1)}, instantiate ${instantiate.toFixed(2)}`);
  }
  for (const [name, each] of Object.entries(size)) {
    const files = Object.entries(each.files).map(([file, { raw, gzip }]) => `${file} ${kib(raw)} (${kib(gzip)} gzip)`);
    const total = `total ${kib(each.raw)} (${kib(each.gzip)} gzip) ${verdict(sizeGoal(each))}`;
    lines.push(`size of ${name}, KiB: ${files.join(', ')}; ${total}`);
  }
  if (memory) {
    lines.push(`resident memory, MiB, each request with a token of its own ${verdict(memoryGoal(memory))}`);
    for (const [name, resident] of Object.entries(memory)) {
      const list = Object.entries(resident).map(
        ([at, bytes]) => `${mib(bytes)} after ${Number(at).toLocaleString('en')}`,
      );
      lines.push(`  ${name.padEnd(5)}  ${list.join(', ')} requests`);
    }
  }
  for (const [name, bodies] of Object.entries(wasm)) {
    lines.push(
      `memory of wasm in ${name}, MiB: after a body, and after a hundred requests ${verdict(wasmGoal(bodies))}`,
    );
    lines.push(...bodies.map(({ title, most, rest }) => `  ${title}: ${mib(most)}, ${mib(rest)}`));
  }
  const { met, within, all } = tally(results);
  lines.push('', `goals met beyond the noise: ${met} of ${all}, and ${within} within it`);
  return lines.join('\n');
}

/**
 * The contenders in any of the rows.
 *
 * @param {ResultRow[]} rows
 */
const names = (rows) => [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];

/**
 * One kind of figure, `cpu` or `rate`, of every contender in every row.
 *
 * @param {ResultRow[]} rows
 * @param {'cpu' | 'rate'} kind
 */
function figures(rows, kind) {
  const header = names(rows);
  const line = (/** @type {ResultRow} */ { title, cells }) => [
    title,
    ...header.map((name) => cells[name]?.[kind].toFixed(0) ?? '–'),
  ];
  return table(['', ...header], rows.map(line));
}

/**
 * Ours against others, with the goals of the row, and other builds against ours.
 *
 * @param {ResultRow[]} rows
 * @param {string[]} builds
 */
function ratios(rows, builds) {
  const pairs = [
    ...RIVALS.map((rival) => ['ours', rival]),
    ...['floor', 'floor-events'].map((rival) => ['ours-events', rival]),
    ...builds.filter((name) => name !== 'ours').map((name) => [name, 'ours']),
  ].filter((pair) => pair.every((name) => names(rows).includes(name)));
  const line = (/** @type {ResultRow} */ row) => {
    const goals = rowGoals(row);
    return [
      row.title,
      percent(rowNoise(row)),
      ...pairs.map(([one, other]) => multiple(row.cells, one, other, one === (row.of ?? 'ours') && goals[other])),
    ];
  };
  return table(['', 'noise', ...pairs.map((pair) => pair.join(' / '))], rows.map(line));
}

/** @param {number | undefined} noise */
const percent = (noise) => (noise === undefined ? '–' : `± ${(100 * noise).toFixed(1)} %`);

/**
 * @param {ResultRow['cells']} cells
 * @param {string} one
 * @param {string} other
 * @param {{most: number, met: boolean, missed: boolean} | false | undefined} goal
 */
function multiple(cells, one, other, goal) {
  if (!cells[one] || !cells[other]) return '–';
  const is = ratio(cells[one], cells[other]).toFixed(2);
  return goal ? `${mark(goal)} ${is} (≤ ${goal.most.toFixed(2)})` : is;
}

/** @param {{met: boolean, missed: boolean}} goal */
const mark = ({ met, missed }) => (met ? '✓' : missed ? '✗' : '~');

/** @param {{text: string, met: boolean}} goal */
const verdict = ({ text, met }) => `${met ? '✓ met' : '✗ missed'} (${text})`;

/** @param {number} bytes */
const kib = (bytes) => (bytes / 1024).toFixed(1);
/** @param {number} bytes */
const mib = (bytes) => (bytes / 1024 / 1024).toFixed(1);

/**
 * Columns as wide as needed, the first to the left and the others to the right.
 *
 * @param {string[]} header
 * @param {string[][]} rows
 */
function table(header, rows) {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  /**
   * @param {string} cell
   * @param {number} column
   */
  const padded = (cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]));
  const line = (/** @type {string[]} */ row) => row.map(padded).join('  ');
  return [line(header), '─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2)), ...rows.map(line)];
}
