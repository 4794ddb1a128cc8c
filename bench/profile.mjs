// @ts-check
// Where the time goes: V8's CPU profile of the isolate, by way of workerd's inspector. Logging costs more there than
// without it.

import { writeFile } from 'node:fs/promises';
import { say } from '../scripts/lib/say.mjs';
import { attach } from './inspector.mjs';
import { Client } from './load.mjs';
import { startWorkerd } from './workerd.mjs';

/**
 * V8's profile.
 *
 * @typedef {{nodes: {id: number, callFrame: {functionName: string}}[], samples: number[], timeDeltas: number[]}} Profile
 */

const INTERVAL_MICROS = 100;
const SHOWN = 25;

/**
 * Drives one workload in a process of its own, as many requests before as during the profile; writes that to `file` and
 * resolves to the longest functions.
 *
 * @param {string} config
 * @param {import('./workloads.mjs').Workload} workload
 * @param {{rounds: number, file: string}} how
 * @returns {Promise<string[]>}
 */
export async function profile(config, workload, { rounds, file }) {
  const process_ = await startWorkerd(config, { inspect: true });
  const client = new Client(process_.port);
  const count = rounds * workload.count;
  for (const pass of workload.passes(count)) await client.drive(pass);
  const passes = workload.passes(count);
  const session = await attach(process_.inspectorPort);
  await session.call('Profiler.enable');
  await session.call('Profiler.setSamplingInterval', { interval: INTERVAL_MICROS });
  await session.call('Profiler.start');
  for (const pass of passes) await client.drive(pass);
  const { profile } = await session.call('Profiler.stop');
  session.close();
  client.close();
  await process_.stop();
  await writeFile(file, JSON.stringify(profile));
  say(`${workload.id}: wrote ${file}`);
  return ['self time in the isolate:', ...longest(profile)];
}

/**
 * Lines of self time, the longest first, in per cent of the time that the isolate was not idle.
 *
 * @param {Profile} profile
 */
function longest({ nodes, samples, timeDeltas }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName || '(anonymous)']));
  const times = new Map();
  let busy = 0;
  samples.forEach((id, index) => {
    const name = names.get(id);
    if (name === '(idle)') return;
    busy += timeDeltas[index];
    times.set(name, (times.get(name) ?? 0) + timeDeltas[index]);
  });
  const sorted = [...times].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  return sorted.map(([name, time]) => `${((100 * time) / busy).toFixed(1).padStart(6)} %  ${name}`);
}
