// @ts-check
// The memory that wasm has after one long body, in either dialect, and what it has after small requests.

import { say } from '../scripts/lib/say.mjs';
import { runBody } from './bodies.mjs';
import { configureMeasuring } from './contenders.mjs';
import { Client } from './load.mjs';
import { metadata, run, runInEnvelope } from './requests.mjs';
import { freshToken } from './tokens.mjs';
import { startWorkerd } from './workerd.mjs';

const MIB = 1024 * 1024;
const SIZES = [10, 30];
const SETTINGS = { MAX_BODY_BYTES: 32 * MIB };
const DIALECTS = { 'multi-route': run, 'single-route': runInEnvelope };
const SMALL = 100;
/** The gate takes it out. */
const SYSTEM = { id: 's', role: 'system', content: 'x' };

/**
 * What was measured with one body: what it was, its bytes, and those of wasm's memory after it and after a hundred requests.
 *
 * @typedef {{title: string, body: number, most: number, rest: number}} Measured
 */

/**
 * Each body in a process of its own.
 *
 * @param {string} build
 * @returns {Promise<Measured[]>}
 */
export async function wasmMemory(build) {
  say(`wasm's memory: bodies of ${SIZES.join(' and ')} MiB`);
  const config = configureMeasuring(build, SETTINGS);
  const all = [];
  for (const size of SIZES) {
    const bodies = { whole: longBody(size * MIB), 'without a message': longBody(size * MIB, [SYSTEM]) };
    for (const [dialect, make] of Object.entries(DIALECTS)) {
      for (const [name, body] of Object.entries(bodies)) {
        const request = make(freshToken(), body);
        all.push({ title: `${size} MiB, ${dialect}, ${name}`, ...(await measure(config, request)) });
      }
    }
  }
  return all;
}

/**
 * @param {string} config
 * @param {import('./load.mjs').Request & {body: Buffer}} request
 */
async function measure(config, request) {
  const process_ = await startWorkerd(config);
  const client = new Client(process_.port);
  const bytes = async () => {
    const { text } = await client.send({ path: '/', headers: { host: 'app.example.com', 'x-bench-memory': '1' } });
    return Number(text);
  };
  await client.drive({ count: 1, status: 200, what: () => request });
  const most = await bytes();
  await client.drive({ count: SMALL, status: 200, what: () => metadata(freshToken()) });
  const rest = await bytes();
  client.close();
  await process_.stop();
  return { body: request.body.length, most, rest };
}

/**
 * A conversation of a little less than so many bytes, few of them in members: the gate reads no more than 100,000 of those.
 *
 * @param {number} bytes
 * @param {object[]} [first]
 */
function longBody(bytes, first = []) {
  const { messages, ...input } = JSON.parse(runBody(MIB).toString());
  const content = 'A long "document".\n'.repeat((bytes - 1.1 * MIB) / 22);
  return Buffer.from(
    JSON.stringify({ ...input, messages: [...first, ...messages, { id: 'd', role: 'user', content }] }),
  );
}
