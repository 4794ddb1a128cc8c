// What the buttons of the demo page do. Each acts on the demo only: its provider, its runtime, its gate, its users.

import { setTimeout } from 'node:timers/promises';
import { Failure } from '../scripts/lib/say.mjs';
import { AGENTS } from './config.mjs';
import { login } from './login.mjs';
import { USERS } from './users.mjs';

/** A gate asks for the key behind an unknown key id at most this often. */
const ROTATION_PAUSE_MS = 31_000;
const PARTS = ['gate', 'provider', 'runtime'];
const FLAWS = ['none', 'expired', 'audience', 'forged', 'unsigned'];

/** The actions by their names, each a function of what the page has posted. */
export function controls({ gateUrl, originUrl, idp, parts, traffic, revocations }) {
  let rotated = 0;
  return {
    /** A token of `user` that the provider would not give. */
    token: async ({ user, flaw }) => ({
      token: await idp.mint(one(user, Object.keys(USERS), 'user'), one(flaw, FLAWS, 'flaw')),
    }),

    /** Sends a request to the gate as curl would: a browser would refuse to send some headers. */
    async send({ path, headers, body }) {
      const address = new URL(gateUrl + path);
      if (!address.href.startsWith(`${gateUrl}/`)) throw new Failure('requests go to the gate only');
      const response = await fetch(address, { method: 'POST', headers, body, redirect: 'manual' });
      const text = await response.text();
      return { id: response.headers.get('x-request-id'), status: response.status, text };
    },

    /** What the gate decided about these requests, and how many of them reached the runtime, or said `text` there. */
    async evidence({ ids, text }, signal) {
      const decisions = await Promise.all(ids.slice(0, 100).map((id) => traffic.decisionOn(id, signal)));
      return { decisions, ...traffic.count(ids, text), arrival: traffic.arrivalOf(ids[0]) };
    },

    /** Lets `user` say something, and gives the id that the runtime knows their thread by. */
    async thread({ user }) {
      const { access_token: token } = await login({ issuer: idp.issuer, user: one(user, Object.keys(USERS), 'user') });
      const response = await sayToHelper(gateUrl, { authorization: `Bearer ${token}` }, 'My secret is 42.');
      await response.text();
      const thread = traffic.arrivalOf(response.headers.get('x-request-id'))?.thread;
      if (!thread) throw new Failure(`${user} could not start a conversation: ${response.status}`);
      return { thread };
    },

    /** What the gate left out of the events that answered a request. */
    hidden: ({ id }, signal) => traffic.eventsOn(id, signal),

    /** Asks the runtime itself for the user of request `id`, and gives its answer: a gate that hides nothing would send it on. */
    async ungated({ id }) {
      const arrived = traffic.arrivalOf(id)?.headers ?? {};
      const headers = Object.fromEntries(Object.entries(arrived).filter(([name]) => name.startsWith('x-user-')));
      return { text: await (await sayToHelper(originUrl, headers, 'Who am I?')).text() };
    },

    /** Signs with a new key from now on. */
    async rotate() {
      const wait = rotated + ROTATION_PAUSE_MS - Date.now();
      if (wait > 0) {
        const seconds = Math.ceil(wait / 1000);
        throw new Failure(`The keys changed a moment ago. Rotate again in ${seconds} s: a gate asks for an unknown key \
at most every 30 seconds, whatever strangers send.`);
      }
      // As a provider should: a new key signs only when gates can ask for it again, whatever was forged meanwhile.
      await setTimeout(Math.max(0, traffic.keysAskedFor + ROTATION_PAUSE_MS - Date.now()));
      rotated = Date.now();
      return { kid: idp.rotate() };
    },

    /** Takes a part down. */
    down: ({ part }) => parts.takeDown(one(part, PARTS, 'part')),

    /** Brings it back. */
    up: ({ part }) => parts.bringUp(one(part, PARTS, 'part')),

    /** Revokes what a user holds: the tokens in `jtis` at once, all others within the minute that a gate remembers. */
    async revoke({ user, jtis }) {
      one(user, Object.keys(USERS), 'user');
      const before = JSON.stringify({ before: Math.floor(Date.now() / 1000) + 1 });
      await idp.endSessions(user);
      await revocations.add(`sub:${idp.issuer}:${user}`, before);
      for (const jti of jtis) await revocations.add(`jti:${idp.issuer}:${jti}`, '');
    },
  };
}

/** Says something to the helper in a thread of its own, by the gate or by the runtime at `url`. */
function sayToHelper(url, headers, content) {
  const threadId = `private-${crypto.randomUUID()}`;
  const messages = [{ id: 'message-1', role: 'user', content }];
  const input = { threadId, runId: threadId, state: {}, messages, tools: [], context: [], forwardedProps: {} };
  return fetch(`${url}/agent/${AGENTS.helper}/run`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
}

/** Whom the gate refuses, kept so that a gate that is started again refuses them, too. */
export class Revocations {
  #entries = new Map();
  #gate;

  async add(key, value) {
    this.#entries.set(key, value);
    await this.#gate?.putKv('REVOKED', key, value);
  }

  async tell(gate) {
    this.#gate = gate;
    for (const [key, value] of this.#entries) await gate.putKv('REVOKED', key, value);
  }
}

function one(value, known, what) {
  if (!known.includes(value)) throw new Failure(`${what} is one of ${known.join(', ')}`);
  return value;
}
