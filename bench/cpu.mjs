// @ts-check
// What the system knows about a process: CPU time and resident memory.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

const { platform } = process;

/**
 * CPU time of a process so far, user and system, in microseconds. Linux counts nanoseconds per thread; where it does
 * not, and elsewhere, the unit is a hundredth of a second.
 *
 * @param {number} pid
 */
export function cpuMicros(pid) {
  if (platform !== 'linux') return secondsOf(ps(pid, 'time')) * 1e6;
  // workerd keeps its threads: none ends and takes its time along.
  return fromThreads(pid) ?? fromTicks(pid);
}

/**
 * Resident memory, in bytes.
 *
 * @param {number} pid
 */
export function residentBytes(pid) {
  if (platform !== 'linux') return Number(ps(pid, 'rss')) * 1024;
  const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(/** @type {RegExpExecArray} */ (found)[1]) * 1024;
}

/** @param {number} pid */
function fromThreads(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const nanos = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]));
    return nanos.reduce((sum, each) => sum + each, 0) / 1000;
  } catch {
    return undefined; // a kernel without scheduler statistics
  }
}

/** @param {number} pid */
function fromTicks(pid) {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // utime and stime, fields 14 and 15; the second field is a name in brackets that may hold spaces.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/**
 * @param {number} pid
 * @param {string} column
 */
const ps = (pid, column) => execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();

/**
 * `1-02:03:04.56` and shorter forms.
 *
 * @param {string} time
 */
function secondsOf(time) {
  const [clock, days = '0'] = time.split('-').reverse();
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}
