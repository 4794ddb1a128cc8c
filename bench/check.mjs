// @ts-check
// Before anything is measured: every contender does what is said of it, and those that are said to do the same do.

import assert from 'node:assert/strict';
import { Failure, say } from '../scripts/lib/say.mjs';
import { OWN_THREADS, SHOWN_AGENTS } from './answers.mjs';
import { runBody, runThread } from './bodies.mjs';
import { isGate } from './contenders.mjs';
import { Client } from './load.mjs';
import { info, metadata, run, threads } from './requests.mjs';
import { AUDIENCE, USER, forged, freshToken } from './tokens.mjs';
import { Log, echoed, transcript } from './transcript.mjs';
import { startWorkerd } from './workerd.mjs';

/** @typedef {import('./transcript.mjs').Upstream} Upstream */
/**
 * What is the same for all gates.
 *
 * @typedef {{name: string, list: Awaited<ReturnType<typeof transcript>>}} Own
 */
/**
 * Fails where something does not hold: the contender does `what`.
 *
 * @typedef {(holds: unknown, what: string) => void} Demand
 */

const BODY = runBody(4096);

/**
 * Fails unless each of `configs` forwards, refuses and changes what it should. Only a warning is printed where one of
 * `builds`, the names of other builds of the gate, differs in an answer or a line of the log: versions may.
 *
 * @param {Record<string, string>} configs
 * @param {string[]} [builds]
 */
export async function check(configs, builds = []) {
  say(`checking ${Object.keys(configs).join(', ')}`);
  /** @type {Own | undefined} */
  let first;
  for (const [name, config] of Object.entries(configs)) {
    const process_ = await startWorkerd(config, { logs: true });
    const client = new Client(process_.port);
    try {
      const own = await checkOne(name, client, process_.log);
      if (!own) continue;
      if (first === undefined) first = own;
      else {
        const model = first;
        if (builds.includes(name)) warnOf(() => compare(model, own));
        else compare(model, own);
      }
    } finally {
      client.close();
      await process_.stop();
    }
  }
}

/**
 * Prints the failure of `comparison` in place of ending with it.
 *
 * @param {() => void} comparison
 */
function warnOf(comparison) {
  try {
    comparison();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(error.message.split('\n', 1)[0].replace(/:$/, ''));
  }
}

/**
 * Resolves to what is to be the same for all gates, where this is one.
 *
 * @param {string} name
 * @param {Client} client
 * @param {import('node:readline').Interface | null} log
 * @returns {Promise<Own | undefined>}
 */
async function checkOne(name, client, log) {
  /** @type {Demand} */
  const demand = (holds, what) => {
    if (!holds) throw new Failure(`the contender ${name} ${what}`);
  };
  await checkTokens(client, demand, { verifies: !name.startsWith('floor') });
  if (!isGate(name)) return undefined;
  await checkDuties(client, demand);
  if (name.startsWith('ours-events')) {
    await checkEvents(client, demand);
    return undefined; // its log has a line more, and its upstream is asked for events
  }
  return { name, list: await transcript(client, new Log(/** @type {import('node:readline').Interface} */ (log))) };
}

/**
 * @param {Client} client
 * @param {Demand} demand
 * @param {{verifies: boolean}} about
 */
async function checkTokens(client, demand, { verifies }) {
  /**
   * @param {import('./load.mjs').Request} request
   * @param {string} what
   */
  const refuses = async (request, what) => demand((await client.send(request)).status === 401, `lets ${what} pass`);
  for (const alg of /** @type {const} */ (['ES256', 'RS256', 'EdDSA'])) {
    const token = freshToken(alg);
    const seen = await echoed(client, metadata(token));
    demand(seen.upstream !== undefined, `refuses a good ${alg} token`);
    const { headers } = /** @type {Upstream} */ (seen.upstream);
    demand(headers.authorization === `Bearer ${token}`, 'loses the token');
    demand(headers['x-user-id'], 'sets no identity');
    if (!verifies) continue;
    demand(headers['x-user-id'] === USER.sub, 'sets the wrong user');
    demand(headers['x-user-role'] === USER.role, 'sets the wrong role');
    demand(headers['x-user-permissions'] === USER.permissions.join(','), 'sets the wrong permissions');
    await refuses(metadata(forged(token)), `a forged ${alg} token`);
    await refuses(metadata(freshToken(alg, { aud: `${AUDIENCE}:other` })), `an ${alg} token for another audience`);
    await refuses(metadata(freshToken(alg, { exp: 1 })), `an expired ${alg} token`);
  }
  await refuses(metadata(), 'a request without a token');
  const { upstream } = await echoed(client, run(freshToken(), BODY));
  demand(upstream?.body !== undefined, 'does not forward a run');
  const { body = '' } = /** @type {Upstream} */ (upstream);
  demand(JSON.parse(body).messages.length === JSON.parse(BODY.toString()).messages.length, 'loses messages');
}

/**
 * What makes a gate of a contender that verifies tokens.
 *
 * @param {Client} client
 * @param {Demand} demand
 */
async function checkDuties(client, demand) {
  const { upstream } = await echoed(client, run(freshToken(), BODY));
  const { body = '' } = upstream ?? {};
  const input = JSON.parse(body);
  demand(input.threadId !== runThread, 'does not isolate threads');
  demand(!body.includes('somebody-else') && input.state.headers === undefined, 'does not scrub bodies');
  demand(input.forwardedProps.user_id === USER.sub, 'does not write the user into the body');
  const { text: list } = await client.send(threads(freshToken()));
  const ids = JSON.parse(list).threads.map((/** @type {{id: string}} */ { id }) => id);
  demand(String(ids) === String(OWN_THREADS), 'lists other threads than those of the user');
  const { text: about } = await client.send(info(freshToken()));
  demand(String(Object.keys(JSON.parse(about).agents)) === String(SHOWN_AGENTS), 'shows other agents than it should');
}

/**
 * What makes a filter of the events of an answer.
 *
 * @param {Client} client
 * @param {Demand} demand
 */
async function checkEvents(client, demand) {
  const { text: plain } = await client.send(run(freshToken(), BODY, 'events'));
  const { text: rest } = await client.send(run(freshToken(), BODY, 'events-raw'));
  /** @param {string} text */
  const count = (text) => text.split('\n\n').length - 1;
  demand(count(plain) === 2 * count(rest) && count(rest) > 0, 'loses events');
  demand(!/RAW|rawEvent|helpful/.test(rest), 'lets events pass that are hidden');
}

/**
 * The same requests must have led to the same answers, the same requests upstream, and the same lines in the log.
 *
 * @param {Own} first
 * @param {Own} other
 */
function compare(first, other) {
  for (const [index, { title, ...expected }] of first.list.entries()) {
    const { title: _, ...actual } = other.list[index];
    // A gate that logs denials only has no line to compare.
    const log = actual.log === undefined || expected.log === undefined ? { log: undefined } : {};
    try {
      assert.deepEqual({ ...actual, ...log }, { ...expected, ...log });
    } catch (error) {
      throw new Failure(`${other.name} and ${first.name} differ on ${title}:\n${error.message}`);
    }
  }
}
