// What was seen of the demo's traffic: the lines of the gate's log, and what reached the runtime. Both come from
// where they happen, and the request id, which the gate writes, connects them.

import { EventEmitter } from 'node:events';

/** Oldest ones are forgotten: the demo may run for days. */
const MOST_KEPT = 2000;
/** Headers that the page may show of what reached the runtime: never a credential. */
const SHOWN = /^x-user-|^x-forwarded-|^x-request-id$/;

/** Refusals after which the gate asks the provider for newer keys. */
const ASKING = ['unknown_key', 'unfit_key', 'ambiguous_key', 'bad_signature'];

export class Traffic extends EventEmitter {
  /** When the gate last had a reason to ask for newer keys, in milliseconds since 1970. */
  keysAskedFor = 0;
  #lines = { decision: [], events: [] };
  #arrivals = [];

  /** A line that the gate printed. */
  takeLine(line) {
    if (!line.startsWith('{')) return;
    let said;
    try {
      said = JSON.parse(line);
    } catch {
      return;
    }
    if (!Object.hasOwn(this.#lines, said.event)) return;
    if (ASKING.includes(said.reason)) this.keysAskedFor = Date.now();
    keep(this.#lines[said.event], said);
    this.emit(said.event, said);
  }

  /** A request that reached the runtime. */
  takeArrival({ method, url, headers, body }) {
    const shown = Object.fromEntries(Object.entries(headers).filter(([name]) => SHOWN.test(name)));
    const arrival = {
      request_id: headers['x-request-id'],
      method,
      path: url,
      headers: shown,
      ...partsOf(body),
    };
    // For counting only: what is searched is everything that arrived, the token included.
    keep(this.#arrivals, { arrival, everything: `${method} ${url}\n${JSON.stringify(headers)}\n${body}` });
    this.emit('arrival', arrival);
  }

  /** Resolves to the decision about a request: the gate prints it after it has answered. */
  decisionOn(id, signal) {
    return this.#lineOn('decision', id, signal);
  }

  /** Resolves to the count of the events that answered a request: the gate prints it when the answer has ended. */
  eventsOn(id, signal) {
    return this.#lineOn('events', id, signal);
  }

  async #lineOn(event, id, signal) {
    const known = this.#lines[event].find(({ request_id }) => request_id === id);
    if (known) return known;
    return new Promise((resolve, reject) => {
      const look = (line) => {
        if (line.request_id !== id) return;
        this.off(event, look);
        resolve(line);
      };
      this.on(event, look);
      signal?.addEventListener('abort', () => {
        this.off(event, look);
        reject(new Error(`no line of ${event} about ${id} was logged`));
      });
    });
  }

  /** How many requests reached the runtime under one of these ids, and how many of them said `text` anywhere. */
  count(ids, text) {
    const arrived = this.#arrivals.filter(({ arrival }) => ids.includes(arrival.request_id));
    const mentions = text ? arrived.filter(({ everything }) => everything.includes(text)).length : 0;
    return { requests: arrived.length, mentions };
  }

  /** The first arrival under this id. */
  arrivalOf(id) {
    return this.#arrivals.find(({ arrival }) => arrival.request_id === id)?.arrival;
  }
}

function keep(list, item) {
  list.push(item);
  if (list.length > MOST_KEPT) list.shift();
}

/** Of an agent's input, what the page compares with what was sent. */
function partsOf(body) {
  try {
    const { threadId, state, forwardedProps, messages, tools } = JSON.parse(body);
    const roles = messages?.map(({ role }) => role);
    return { thread: threadId, state, forwardedProps, roles, tools: tools?.map(({ name }) => name) };
  } catch {
    return {};
  }
}
