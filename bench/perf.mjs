// @ts-check
// Where the time goes in the whole process: Linux's perf, with the names that V8 gives of what it has compiled. Most of a
// request is spent in workerd itself, which a profile of the isolate does not see.

import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { output, which } from '../scripts/lib/run.mjs';
import { Failure, say } from '../scripts/lib/say.mjs';
import { cpuMicros } from './cpu.mjs';
import { Client } from './load.mjs';
import { startWorkerd } from './workerd.mjs';

/** V8 writes the names to /tmp/perf-PID.map, where perf looks for them. */
export const V8_FLAGS = [
  '--perf-basic-prof',
  '--interpreted-frames-native-stack',
  '--no-logfile-per-isolate',
  '--logfile=/dev/null',
];

const SAMPLES_PER_SECOND = '4000';
const SHOWN = { inclusive: 50, self: 25 };
const MOST_NAME = 110;
/** What only hands on to something else. */
const PLUMBING =
  /^(?:kj(?:::|_rs)|_Z|<kj|workerd::(?:jsg::|IoContext)|workerd[$_]server|workerd::server::cli|v8::(?:Function|internal::(?:\(|Execution|HeapAllocator))|Builtins_)/;

/** Fails where perf cannot be used. */
export function requirePerf() {
  if (process.platform !== 'linux') throw new Failure('--perf needs Linux');
  if (!which('perf')) throw new Failure('please install perf first (Debian: apt install linux-perf)');
}

/**
 * Drives one workload in a process of its own, with so many rounds before and while perf records to `file`. Resolves to
 * the functions that take most, in CPU microseconds per request: with what they call, and by themselves.
 *
 * @param {string} config
 * @param {import('./workloads.mjs').Workload} workload
 * @param {{rounds: number, file: string}} how
 * @returns {Promise<string[]>}
 */
export async function record(config, workload, { rounds, file }) {
  const process_ = await startWorkerd(config);
  const client = new Client(process_.port);
  const count = rounds * workload.count;
  for (const pass of workload.passes(count)) await client.drive(pass);
  const passes = workload.passes(count);
  const recording = await startRecording(process_.pid, file);
  const before = cpuMicros(process_.pid);
  for (const pass of passes) await client.drive(pass);
  const micros = (cpuMicros(process_.pid) - before) / (count * passes.length);
  await recording.stop();
  client.close();
  await process_.stop();
  const lines = [
    `${micros.toFixed(0)} µs per request; with what they call:`,
    ...functions(file, ['--children', '--fields', 'overhead_children,sym'], micros, SHOWN.inclusive, PLUMBING),
    'by themselves:',
    ...functions(file, ['--no-children', '--fields', 'overhead,sym'], micros, SHOWN.self),
  ];
  await rm(`/tmp/perf-${process_.pid}.map`, { force: true });
  say(`${workload.id}: wrote ${file}`);
  return lines;
}

/**
 * Resolves when perf records, to how to end it.
 *
 * @param {number} pid
 * @param {string} file
 */
async function startRecording(pid, file) {
  const args = ['record', '-q', '-e', 'cpu-clock', '-F', SAMPLES_PER_SECOND, '-g', '-o', file, '-p', String(pid)];
  const child = spawn('perf', [...args, '--delay=-1', '--control=fd:3,4'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const [control, acknowledgement] = [
    /** @type {import('node:stream').Writable} */ (child.stdio[3]),
    /** @type {import('node:stream').Readable} */ (child.stdio[4]),
  ];
  const recording = new Promise((resolve) => acknowledgement.once('data', () => resolve(true)));
  control.write('enable\n');
  if (!(await Promise.race([recording, ended.then(() => false)]))) throw new Failure('perf cannot record, see above');
  return {
    async stop() {
      child.kill('SIGINT');
      await ended;
    },
  };
}

/**
 * Lines of the longest functions, the longest first, without those whose names are `hidden`.
 *
 * @param {string} file
 * @param {string[]} kind
 * @param {number} micros
 * @param {number} most
 * @param {RegExp} [hidden]
 */
function functions(file, kind, micros, most, hidden = /^$/) {
  const args = ['report', '-i', file, '--stdio', '-q', '-g', 'none', '--percent-limit', '0.3', '-t', '\t', ...kind];
  const text = output('perf', args, { maxBuffer: 256 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] });
  if (text === undefined) throw new Failure('perf cannot report what it has recorded');
  const rows = text.split('\n').flatMap((line) => [...line.matchAll(/^\s*([\d.]+)%\s+\[.\] (.*?)\s*$/g)]);
  return rows
    .filter((row) => !hidden.test(row[2]))
    .slice(0, most)
    .map(
      ([, share, name]) => `${((micros * Number(share)) / 100).toFixed(1).padStart(7)} µs  ${name.slice(0, MOST_NAME)}`,
    );
}
