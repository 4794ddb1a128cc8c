// The results as text for a terminal.

import { memoryGoal, rowGoals, sizeGoal } from './goals.mjs';
import { ratio } from './stats.mjs';

/** The whole report, of what is there. */
export function report(results) {
  const { machine, load, rows, startUp, instantiation, size, memory } = results;
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
    lines.push('ratios (median of those in each round)');
    lines.push(...ratios(rows, Object.keys(size)), '');
    lines.push('requests per second, 16 connections, one load generator');
    lines.push(...figures(rows, 'rate'), '');
  }
  if (startUp) {
    const list = Object.entries(startUp).map(([name, value]) => `${name} ${value.toFixed(0)}`);
    lines.push(`start-up, process start to first answer, ms: ${list.join(', ')}`);
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
  return lines.join('\n');
}

/** The contenders in any of the rows. */
const names = (rows) => [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];

/** One kind of figure, `cpu` or `rate`, of every contender in every row. */
function figures(rows, kind) {
  const header = names(rows);
  const line = ({ title, cells }) => [title, ...header.map((name) => cells[name]?.[kind].toFixed(0) ?? '–')];
  return table(['', ...header], rows.map(line));
}

/** Ours against those it has goals against, and other builds against ours. */
function ratios(rows, builds) {
  const pairs = [
    ...['floor', 'floor-log', 'jose', 'jose-same'].map((rival) => ['ours', rival]),
    ...builds.filter((name) => name !== 'ours').map((name) => [name, 'ours']),
  ].filter((pair) => pair.every((name) => names(rows).includes(name)));
  const line = ({ title, goals, cells }) => [
    title,
    ...pairs.map(([one, other]) => (cells[one] && cells[other] ? ratio(cells[one], cells[other]).toFixed(2) : '–')),
    rowGoals(goals, cells).map(verdict).join('  '),
  ];
  return table(['', ...pairs.map((pair) => pair.join('/')), 'goals'], rows.map(line));
}

const verdict = ({ text, met }) => `${met ? '✓ met' : '✗ missed'} (${text})`;

const kib = (bytes) => (bytes / 1024).toFixed(1);
const mib = (bytes) => (bytes / 1024 / 1024).toFixed(1);

/** Columns as wide as needed, the first and the last to the left and the others to the right. */
function table(header, rows) {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const isText = (column) => column === 0 || header[column] === 'goals';
  const line = (row) =>
    row
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd();
  return [line(header), '─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2)), ...rows.map(line)];
}
