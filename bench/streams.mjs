// @ts-check
// What filtering events costs besides CPU time: how long the first event takes, and what a long stream leaves in memory.

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { say } from '../scripts/lib/say.mjs';
import { VARIANTS, configureCollecting } from './contenders.mjs';
import { attach } from './inspector.mjs';
import { run } from './requests.mjs';
import { median } from './stats.mjs';
import { freshToken } from './tokens.mjs';
import { startWorkerd } from './workerd.mjs';

const MIB = 1024 * 1024;
/** Events of 100 KB that have passed when memory is measured for the first time; the stream has 10,000. */
const FIRST = 100;
const EVENT_BYTES = 100_000;
/** How much larger the isolate may be at the end, in MiB. */
const GROWTH = 2;
/** Runs of each gate, in turns; the first ones are not counted. */
const [RUNS, WARM] = [50, 20];
/** How much later the first event may arrive, in milliseconds. */
const DELAY_MS = 1;
const BODY = Buffer.from(
  '{"threadId":"t","runId":"r","messages":[],"tools":[],"context":[],"state":{},"forwardedProps":{}}',
);

/**
 * Measures, and gives the figures as text.
 *
 * @param {string} build
 */
export async function streams(build) {
  const { settings } = VARIANTS['ours-events'];
  const filtering = await startWorkerd(configureCollecting(build, settings), { inspect: true });
  const passing = await startWorkerd(configureCollecting(build, {}));
  say(`streams: ${RUNS + WARM} runs each with and without a filter, then one of 1 GB`);

  /** @type {Record<'passing' | 'filtering', number[]>} */
  const taken = { passing: [], filtering: [] };
  for (let round = 0; round < WARM + RUNS; round++) {
    const [without, with_] = [await firstEvent(passing.port), await firstEvent(filtering.port)];
    if (round < WARM) continue;
    taken.passing.push(without);
    taken.filtering.push(with_);
  }
  const [without, with_] = [median(taken.passing), median(taken.filtering)];
  const { early, late } = await memoryAround(filtering);
  await Promise.all([filtering.stop(), passing.stop()]);

  const growth = (late - early) / MIB;
  /**
   * @param {string} name
   * @param {number} value
   * @param {string} unit
   */
  const row = (name, value, unit) => `${name.padEnd(50)}${value.toFixed(2).padStart(8)} ${unit}`;
  /** @param {boolean} isMet */
  const verdict = (isMet) => (isMet ? 'yes' : 'no');
  return [
    row('first event, passed, median', without, 'ms'),
    row('first event, filtered, median', with_, 'ms'),
    `at most ${DELAY_MS} ms later: ${verdict(with_ - without <= DELAY_MS)}`,
    row(`heap and buffers after ${FIRST} events of 100 KB`, early / MIB, 'MiB'),
    row('heap and buffers near the end of 10,000', late / MIB, 'MiB'),
    `at most ${GROWTH} MiB more: ${verdict(growth <= GROWTH)}`,
  ].join('\n');
}

/**
 * Milliseconds until the first bytes of a run's events.
 *
 * @param {number} port
 */
async function firstEvent(port) {
  const start = process.hrtime.bigint();
  const response = await stream(port, 'events');
  await once(response, 'data');
  const taken = Number(process.hrtime.bigint() - start) / 1e6;
  response.resume();
  await once(response, 'end');
  return taken;
}

/**
 * What the gate's isolate keeps, in bytes, while a long stream waits for its reader: early in it and near its end.
 *
 * @param {import('./workerd.mjs').Process} gate
 */
async function memoryAround(gate) {
  const session = await attach(gate.inspectorPort);
  await session.call('HeapProfiler.enable');
  const kept = async () => {
    await session.call('HeapProfiler.collectGarbage');
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = await session.call('Runtime.getHeapUsage');
    return usedSize + embedderHeapUsedSize + backingStorageSize;
  };
  const response = await stream(gate.port, 'events-large');
  let bytes = 0;
  /** @type {number | undefined} */
  let early;
  let late = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (early === undefined && bytes > FIRST * EVENT_BYTES) early = await kept();
    if (late === 0 && bytes > 9_900 * EVENT_BYTES) late = await kept();
  }
  session.close();
  return { early: early ?? 0, late };
}

/**
 * Starts a run; resolves to its answer.
 *
 * @param {number} port
 * @param {string} agent
 * @returns {Promise<import('node:http').IncomingMessage>}
 */
async function stream(port, agent) {
  const { method, path, headers } = run(freshToken(), BODY, agent);
  const request = httpRequest({ host: '127.0.0.1', port, method, path, headers });
  request.end(BODY);
  const [response] = await once(request, 'response');
  if (response.statusCode !== 200) throw new Error(`a run was answered with ${response.statusCode}`);
  return response;
}
