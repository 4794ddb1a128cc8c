// @ts-check
// Uploads that never come to their end: whether the gate gives back what it held of them. The measure is the resident memory
// of its process after a collection of garbage, before and after, once uploads that do end have warmed it.

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from '../scripts/lib/say.mjs';
import { configureCollecting } from './contenders.mjs';
import { residentBytes } from './cpu.mjs';
import { run } from './requests.mjs';
import { freshToken } from './tokens.mjs';
import { startWorkerd } from './workerd.mjs';

const MIB = 1024 * 1024;
/** Bytes of each upload, and how many of each kind there are. */
const [BYTES, COUNT] = [8 * MIB, 100];
/** How many stall at a time. The others come one after the other: memory then depends on chance the least. */
const STALLED_AT_ONCE = 10;
const PART = 64 * 1024;
/** How far above where it was the memory may be, in MiB. Below is no leak: the allocator gives back late. */
const TOLERANCE = 16;
/** Rounds of uploads that end, before anything is measured. */
const WARM_ROUNDS = 2;
/** Collections of garbage that must bring nothing any more, and the time that the allocator gets after each. */
const [COLLECTIONS, PAUSE_MS] = [5, 100];
const SETTINGS = { BODY_TIMEOUT_SECONDS: 2 };

/** One agent run of that many bytes: everything but its last. */
const BODY = Buffer.from(
  `{"threadId":"t","runId":"r","messages":[{"id":"m","role":"user","content":"${'x'.repeat(BYTES)}"}]}`,
);

/**
 * Measures, and gives the figures as text.
 *
 * @param {string} build
 */
export async function uploads(build) {
  /** @type {Record<string, number>} */
  const lines = {};
  let heard = 0;
  const process_ = await startWorkerd(configureCollecting(build, SETTINGS), { logs: true });
  /** @type {import('node:readline').Interface} */ (process_.log).on('line', (line) => {
    if (!line.includes('"event":"decision"')) return;
    heard += 1;
    const { reason } = JSON.parse(line);
    lines[reason] = (lines[reason] ?? 0) + 1;
  });
  /** @param {number} count */
  const logged = async (count) => {
    while (heard < count) await new Promise(setImmediate);
  };
  /**
   * @param {(port: number) => Promise<void>} upload
   * @param {number} [atOnce]
   */
  const all = async (upload, atOnce = 1) => {
    let left = COUNT;
    const lane = async () => {
      while (left-- > 0) await upload(process_.port);
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  };
  /** What stays when garbage is collected until nothing more comes of it. */
  const resident = async () => {
    let least = Infinity;
    for (let same = 0; same < COLLECTIONS; ) {
      await collect(process_.port);
      await delay(PAUSE_MS);
      const now = residentBytes(process_.pid) / MIB;
      same = now < least - 1 ? 0 : same + 1;
      least = Math.min(least, now);
    }
    return least;
  };

  say(`uploads: ${COUNT} of ${BYTES / MIB} MiB that end, that are reset and that stall`);
  const cold = await resident();
  for (let round = 1; round <= WARM_ROUNDS; round++) await all(whole);
  await logged(WARM_ROUNDS * COUNT);
  const before = await resident();
  await all(reset);
  await logged((WARM_ROUNDS + 1) * COUNT);
  const afterResets = await resident();
  await all(stalled, STALLED_AT_ONCE);
  await logged((WARM_ROUNDS + 2) * COUNT);
  const after = await resident();
  await process_.stop();

  const { ok, ...others } = lines;
  const growth = after - before;
  /**
   * @param {string} name
   * @param {string} value
   */
  const row = (name, value) => `${name.padEnd(50)}${value}`;
  /** @param {number} value */
  const mib = (value) => `${value.toFixed(1).padStart(6)} MiB`;
  const reasons = Object.entries(others).map(([reason, count]) => `${count} ${reason}`);
  return [
    row('resident, cold', mib(cold)),
    row(`resident, after ${ok} uploads that ended`, mib(before)),
    row(`resident, after ${COUNT} that were reset`, mib(afterResets)),
    row(`resident, after ${COUNT} that stalled`, mib(after)),
    row(`at most ${TOLERANCE} MiB more than it was`, growth <= TOLERANCE ? 'yes' : `no, ${growth.toFixed(1)} MiB`),
    row('log lines of what did not end', `${heard - ok} of ${2 * COUNT}: ${reasons.join(', ')}`),
  ].join('\n');
}

/**
 * Has every isolate collect its garbage.
 *
 * @param {number} port
 */
async function collect(port) {
  const headers = { host: 'app.example.com', 'x-bench-gc': '1' };
  const request = httpRequest({ host: '127.0.0.1', port, agent: false, path: '/', headers });
  request.end();
  const [response] = await once(request, 'response');
  response.resume();
  await once(response, 'end');
}

/** @param {number} port */
async function whole(port) {
  const { request, answered } = await send(port, BODY);
  request.end();
  const response = await answered;
  response.resume();
  await once(response, 'end');
}

/** @param {number} port */
async function reset(port) {
  const { request } = await send(port, BODY.subarray(0, -1));
  const closed = new Promise((resolve) => request.on('close', resolve));
  /** @type {import('node:net').Socket} */ (request.socket).resetAndDestroy();
  await closed;
}

/**
 * Waits for the gate to lose its patience.
 *
 * @param {number} port
 */
async function stalled(port) {
  const { request, answered } = await send(port, BODY.subarray(0, -1));
  const response = await answered;
  response.resume();
  await once(response, 'end');
  request.destroy();
}

/**
 * Sends the head and these bytes in chunks; the request is not ended.
 *
 * @param {number} port
 * @param {Buffer} body
 */
async function send(port, body) {
  const { headers, ...head } = run(freshToken(), BODY);
  const { 'content-length': _, ...chunked } = headers;
  const { method, path } = head;
  const request = httpRequest({ host: '127.0.0.1', port, agent: false, method, path, headers: chunked });
  request.on('error', () => {}); // its connection ends in a way that is told here
  const answered = once(request, 'response').then(([response]) => response);
  let isAnswered = false;
  answered.then(
    () => (isAnswered = true),
    () => {},
  );
  // Who is answered early is not listened to any longer.
  for (let start = 0; start < body.length && !isAnswered; start += PART) {
    if (!request.write(body.subarray(start, start + PART))) await Promise.race([once(request, 'drain'), answered]);
  }
  return { request, answered };
}
