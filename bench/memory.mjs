// @ts-check
// Resident memory of fresh processes while ever new tokens come in. workerd's own grows for long, hence the floor's beside
// ours: what the two have in common is not the gate's.

import { say } from '../scripts/lib/say.mjs';
import { residentBytes } from './cpu.mjs';
import { Client } from './load.mjs';
import { metadata } from './requests.mjs';
import { freshTokens } from './tokens.mjs';
import { startWorkerd } from './workerd.mjs';

/** Signed at a time, so that this process stays small. */
const CHUNK = 5000;

/**
 * Bytes by contender after each number of requests in `at` (ascending), each request with an ES256 token of its own.
 *
 * @param {Record<string, string>} configs
 * @param {number[]} at
 */
export async function memory({ floor, ours }, at) {
  say(`memory: twice ${at.at(-1)?.toLocaleString('en')} requests, each with a token of its own`);
  return { floor: await grow(floor, at), ours: await grow(ours, at) };
}

/**
 * @param {string} config
 * @param {number[]} at
 */
async function grow(config, at) {
  const process_ = await startWorkerd(config);
  const client = new Client(process_.port);
  /** @type {Record<string, number>} */
  const resident = {};
  let sent = 0;
  for (const mark of at) {
    while (sent < mark) {
      const count = Math.min(CHUNK, mark - sent);
      const requests = freshTokens('ES256', count).map(metadata);
      await client.drive({ count, status: 200, what: (index) => requests[index] });
      sent += count;
    }
    resident[mark] = residentBytes(process_.pid);
  }
  client.close();
  await process_.stop();
  return resident;
}
