#!/usr/bin/env node
// Measures the gate against a floor and against two gates in JavaScript. It is no test: a missed goal is told, not failed.

import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from '../scripts/build.mjs';
import { isNewNode, newNode } from '../scripts/lib/npm.mjs';
import { BUILD, inRoot } from '../scripts/lib/paths.mjs';
import { runForCode } from '../scripts/lib/run.mjs';
import { Failure, asksForHelp, say, script } from '../scripts/lib/say.mjs';
import { WORKLOADS } from './workloads.mjs';

const HELP = `Usage: npm run bench [-- OPTION...]

Builds the gate and measures it in workerd beside a floor in JavaScript, a gate on jose and a gate on hono's jwk
middleware: CPU time per request, requests per second, start-up, size, memory. Takes about eight minutes, best on a
machine that does nothing else. Writes bench/results.json and bench/results.svg.

  --quick        rough figures in less than a minute, without memory
  --only ROW,…   only these workloads: ${WORKLOADS.map(({ id }) => id).join(', ')}
  --out FOLDER   where the results go; without it, those of --quick and --only are printed and not kept
  --profile      no figures, but a V8 CPU profile of the gate for each workload, into target/bench/

  GATE_BUILD     a folder with a built Worker, to be measured instead of this checkout's`;

/** `factor`: part of the requests. `milliseconds`: for all workloads together; over it, rounds are left out. */
const FULL = {
  rounds: Infinity,
  factor: 1,
  warmUp: 1000,
  milliseconds: 420_000,
  starts: 9,
  memoryAt: [20_000, 60_000, 100_000],
};
const QUICK = { rounds: 3, factor: 0.3, warmUp: 600, milliseconds: 30_000, starts: 2 };

async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const options = parse(args);
  const folder = process.env.GATE_BUILD ? resolve(process.env.GATE_BUILD) : BUILD;
  if (folder === BUILD) await build();
  // The load comes from the same Node wherever this runs.
  if (!isNewNode()) return runForCode(newNode(), process.argv.slice(1));
  // Only now are its packages certain to be there.
  const { configure } = await import('./contenders.mjs');
  const configs = await configure(folder);
  if (options.profile) return profileAll(configs.ours, options);

  const results = await figures(configs, folder, options);
  const { report } = await import('./report.mjs');
  console.log(`\n${report(results)}`);
  if (options.out) await keep(results, options.out);
}

function parse(args) {
  const rest = [...args];
  const options = { workloads: WORKLOADS };
  while (rest.length > 0) {
    const option = rest.shift();
    if (option === '--quick') options.quick = true;
    else if (option === '--profile') options.profile = true;
    else if (option === '--only') options.workloads = (rest.shift() ?? '').split(',').map(workload);
    else if (option === '--out' && rest.length > 0) options.out = resolve(rest.shift());
    else throw new Failure(`there is no option "${option}": see --help`);
  }
  options.partly = options.workloads !== WORKLOADS;
  if (!options.quick && !options.partly) options.out ??= inRoot('bench');
  return options;
}

function workload(id) {
  const found = WORKLOADS.find((each) => each.id === id);
  if (!found) throw new Failure(`there is no workload "${id}": see --help`);
  return found;
}

async function figures(configs, folder, { quick = false, partly, workloads }) {
  const [{ machine, load }, { sizes }, { startUp, instantiation }, { memory }] = await Promise.all([
    import('./machine.mjs'),
    import('./size.mjs'),
    import('./startup.mjs'),
    import('./memory.mjs'),
  ]);
  const scale = quick ? QUICK : FULL;
  const before = load();
  const rows = await compare(configs, workloads, scale);
  const rest = partly
    ? {}
    : {
        startUp: await startUp(configs, scale.starts),
        instantiation: instantiation(folder, scale.starts),
        memory: scale.memoryAt && (await memory(configs, scale.memoryAt)),
      };
  const date = new Date().toISOString();
  return { date, quick, machine: machine(), load: { before, after: load() }, rows, size: sizes(folder), ...rest };
}

/** All contenders at the same time, each in its process, under one workload after the other. */
async function compare(configs, workloads, { rounds, factor, warmUp, milliseconds }) {
  const { startWorkerd } = await import('./workerd.mjs');
  const { Client } = await import('./load.mjs');
  const { check } = await import('./check.mjs');
  const { measure } = await import('./rounds.mjs');
  const contenders = [];
  for (const [name, config] of Object.entries(configs)) {
    const process_ = await startWorkerd(config);
    const client = new Client(process_.port);
    await check(name, client);
    contenders.push({ name, client, pid: process_.pid, stop: process_.stop });
  }
  const rows = [];
  for (const workload of workloads) {
    const cells = await measure(workload, contenders, {
      rounds: Math.min(rounds, workload.rounds),
      count: Math.ceil(workload.count * factor),
      warmUp: Math.min(warmUp, workload.count),
      milliseconds: milliseconds * workload.share,
    });
    rows.push(...workload.rows.map((row) => ({ ...row, cells: cells[row.id] })));
  }
  for (const { client, stop } of contenders) {
    client.close();
    await stop();
  }
  return inOrder(rows);
}

/** Cells in the order of the contenders, whoever's turn was first. */
const inOrder = (rows) =>
  rows.map((row) => ({
    ...row,
    cells: Object.fromEntries(['floor', 'jose', 'hono', 'ours'].map((name) => [name, row.cells[name]])),
  }));

async function keep(results, folder) {
  const { chart } = await import('./chart.mjs');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'results.json'), `${JSON.stringify(results, rounded, 2)}\n`);
  await writeFile(join(folder, 'results.svg'), chart(results));
  say(`wrote ${join(folder, 'results.json')} and results.svg`);
}

/** Tenths are more than the figures are good for. */
const rounded = (_, value) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(2)) : value;

async function profileAll(config, { workloads }) {
  const { profile } = await import('./profile.mjs');
  const folder = inRoot('target', 'bench');
  await mkdir(folder, { recursive: true });
  for (const workload of workloads) {
    const file = join(folder, `${workload.id}.cpuprofile`);
    const lines = await profile(config, workload, {
      warmUp: Math.min(1000, workload.count),
      count: workload.count,
      file,
    });
    console.log(`\n${workload.id}: self time in the isolate\n${lines.join('\n')}`);
  }
}

await script(() => main(process.argv.slice(2)));
