#!/usr/bin/env node
// @ts-check
// Measures the gate against others in JavaScript. It is no test: a missed goal is told, not failed.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from '../scripts/build.mjs';
import { isNewNode, newNode } from '../scripts/lib/npm.mjs';
import { BUILD, NAMED_BUILD, inRoot } from '../scripts/lib/paths.mjs';
import { runForCode } from '../scripts/lib/run.mjs';
import { asksForHelp, say, script } from '../scripts/lib/say.mjs';
import { HELP, others, parse } from './options.mjs';
import { mapValues } from './stats.mjs';

/** @typedef {import('./options.mjs').Options} Options */
/**
 * All figures of a run.
 *
 * @typedef {Awaited<ReturnType<typeof figures>>} Results
 */

/**
 * `part`: of a pass's requests. `warmUp`: in rounds. `milliseconds`: for all workloads; over it, rounds are left out.
 *
 * @typedef {{rounds: number, part: number, warmUp: number, milliseconds: number, starts: number, memoryAt?: number[]}} Scale
 */

/** @type {Scale} */
const FULL = { rounds: 60, part: 1, warmUp: 4, milliseconds: 400_000, starts: 9, memoryAt: [20_000, 60_000, 100_000] };
/** @type {Scale} */
const QUICK = { rounds: 9, part: 0.5, warmUp: 3, milliseconds: 45_000, starts: 3 };

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const options = parse(args);
  if ([BUILD, NAMED_BUILD].includes(options.builds.ours)) await build({ names: options.profile !== undefined });
  // The load comes from the same Node wherever this runs.
  if (!isNewNode()) return runForCode(newNode(), process.argv.slice(1));
  if (options.uploads) return uploadAll(options.builds.ours);
  if (options.streams) return streamAll(options.builds.ours);
  // Only now are its packages certain to be there.
  const { configure } = await import('./contenders.mjs');
  if (options.profile) return profileAll(options, configure);
  const configs = await configure(options.contenders, options.builds);

  const results = await figures(configs, options);
  const { report } = await import('./report.mjs');
  console.log(`\n${report(results)}`);
  if (options.out) await keep(results, options.out);
}

/**
 * @param {Record<string, string>} configs
 * @param {Options} options
 */
async function figures(configs, { quick = false, partly, workloads, builds }) {
  const [{ machine, load }, { sizes }, { startUp, instantiation }, { memory }, { wasmMemory }] = await Promise.all([
    import('./machine.mjs'),
    import('./size.mjs'),
    import('./startup.mjs'),
    import('./memory.mjs'),
    import('./wasm.mjs'),
  ]);
  const scale = quick ? QUICK : FULL;
  const before = load();
  const rows = await compare(configs, others(builds), workloads, scale);
  const rest = partly
    ? {}
    : {
        startUp: await startUp(configs, scale.starts),
        instantiation: instantiation(builds.ours, scale.starts),
        memory: scale.memoryAt && (await memory(configs, scale.memoryAt)),
        wasm: scale.memoryAt && (await ofEach(builds, wasmMemory)),
      };
  const date = new Date().toISOString();
  const size = mapValues(builds, sizes);
  return { date, quick, machine: machine(), load: { before, after: load() }, rows, size, ...rest };
}

/**
 * The same measured of one build after the other.
 *
 * @template Value
 * @param {Record<string, string>} builds
 * @param {(build: string) => Promise<Value>} measure
 */
async function ofEach(builds, measure) {
  /** @type {Record<string, Value>} */
  const all = {};
  for (const [name, build] of Object.entries(builds)) all[name] = await measure(build);
  return all;
}

/**
 * All contenders at the same time, each in its process, under one workload after the other.
 *
 * @param {Record<string, string>} configs
 * @param {string[]} otherBuilds
 * @param {import('./workloads.mjs').Workload[]} workloads
 * @param {Scale} scale
 */
async function compare(configs, otherBuilds, workloads, { milliseconds, ...scale }) {
  const { takesPart } = await import('./contenders.mjs');
  const { startWorkerd } = await import('./workerd.mjs');
  const { Client } = await import('./load.mjs');
  const { check } = await import('./check.mjs');
  const { measure } = await import('./rounds.mjs');
  await check(configs, otherBuilds);
  const contenders = [];
  for (const [name, config] of Object.entries(configs)) {
    const process_ = await startWorkerd(config);
    const client = new Client(process_.port);
    contenders.push({ name, client, pid: process_.pid, stop: process_.stop });
  }
  const rows = [];
  for (const workload of workloads) {
    const partners = contenders.filter(({ name }) => takesPart(name, workload));
    const cells = await measure(workload, partners, { ...scale, milliseconds: milliseconds * workload.share });
    rows.push(...workload.rows.map((row) => ({ ...row, cells: cells[row.id] })));
  }
  for (const { client, stop } of contenders) {
    client.close();
    await stop();
  }
  return inOrder(rows, Object.keys(configs));
}

/**
 * Cells in the order of the contenders, whoever's turn was first.
 *
 * @param {import('./goals.mjs').ResultRow[]} rows
 * @param {string[]} names
 */
function inOrder(rows, names) {
  /** @param {import('./goals.mjs').ResultRow['cells']} cells */
  const sorted = (cells) => names.filter((name) => name in cells).map((name) => [name, cells[name]]);
  return rows.map((row) => ({ ...row, cells: Object.fromEntries(sorted(row.cells)) }));
}

/**
 * @param {Results} results
 * @param {string} folder
 */
async function keep(results, folder) {
  const { chart } = await import('./chart.mjs');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'results.json'), `${asText(results)}\n`);
  await writeFile(join(folder, 'results.svg'), chart(results));
  say(`wrote ${join(folder, 'results.json')} and results.svg`);
}

/**
 * Figures with two digits, and those of all rounds on one line.
 *
 * @param {Results} results
 */
const asText = (results) =>
  JSON.stringify(results, rounded, 2).replace(/\[[\d.,\s]+\]/g, (list) => list.replace(/\s+/g, ' '));

/**
 * @param {string} _
 * @param {unknown} value
 */
const rounded = (_, value) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(2)) : value;

/** @param {string} folder */
async function uploadAll(folder) {
  const { uploads } = await import('./uploads.mjs');
  console.log(`\n${await uploads(folder)}`);
}

/** @param {string} folder */
async function streamAll(folder) {
  const { streams } = await import('./streams.mjs');
  console.log(`\n${await streams(folder)}`);
}

/**
 * @param {Options} options
 * @param {typeof import('./contenders.mjs').configure} configure
 */
async function profileAll({ contenders, builds, workloads, profile: kind }, configure) {
  const { V8_FLAGS, record, requirePerf } = await import('./perf.mjs');
  const { profile } = await import('./profile.mjs');
  const folder = inRoot('target', 'bench');
  await mkdir(folder, { recursive: true });
  if (kind === 'perf') requirePerf();
  const [take, flags, ending] = kind === 'perf' ? [record, V8_FLAGS, 'perf'] : [profile, [], 'cpuprofile'];
  for (const [name, config] of Object.entries(await configure(contenders, builds, flags))) {
    for (const workload of workloads) {
      const file = join(folder, `${name}-${workload.id}.${ending}`);
      const lines = await take(config, workload, { rounds: FULL.warmUp, file });
      console.log(`\n${name}, ${workload.id}\n${lines.join('\n')}`);
    }
  }
}

await script(() => main(process.argv.slice(2)));
