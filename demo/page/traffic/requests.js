// Every request that this page sends to the gate, joined by its id with what the gate logged and what the runtime received.
// The page contributes only what it has sent and how long it waited.

/** Oldest ones are forgotten. */
const MOST_KEPT = 200;

class Requests {
  #rows = [];
  #decisions = new Map();
  #arrivals = new Map();
  #listeners = new Set();
  #count = 0;
  #send = window.fetch.bind(window);
  #gate;

  /** From now on, what goes to `gate` is noted, whoever sends it. */
  watch(gate) {
    this.#gate = gate;
    window.fetch = (input, init) => this.fetch(input, init);
  }

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The rows, newest first: a new list whenever one of them changes. */
  get = () => this.#rows;

  /** Sends a request; `scene` names the one that it belongs to. */
  fetch = async (input, init = {}, scene = undefined) => {
    const address = `${input instanceof Request ? input.url : input}`;
    if (!this.#gate || !address.startsWith(this.#gate)) return this.#send(input, init);
    const row = this.#add({
      method: init.method ?? 'GET',
      path: address.slice(this.#gate.length),
      scene,
      ...sent(init),
    });
    const started = performance.now();
    try {
      const response = await this.#send(input, init);
      const ms = Math.round(performance.now() - started);
      this.#answered(row, response.headers.get('x-request-id'), response.status, { ms });
      if (!response.ok) this.#explain(row, response.clone());
      return response;
    } catch (error) {
      this.#change(row, { state: error.name === 'AbortError' ? 'given up' : 'failed' });
      throw error;
    }
  };

  /** Notes a request that the demo's server has sent for this page. */
  note(request, { id, status, text }, scene) {
    const row = this.#add({ via: 'server', scene, ...request });
    this.#answered(row, id, status, { answer: status >= 400 ? jsonOf(text) : undefined });
  }

  takeDecision(decision) {
    this.#decisions.set(decision.request_id, decision);
    this.#join(decision.request_id);
  }

  takeArrival(arrival) {
    this.#arrivals.set(arrival.request_id, arrival);
    this.#join(arrival.request_id);
  }

  /** The newest row below a path, of those that came after the row with this key. */
  newest(suffix, after) {
    return this.#rows.find(({ path, key }) => path.endsWith(suffix) && key > after);
  }

  get last() {
    return this.#count;
  }

  clear() {
    this.#rows = [];
    this.#tell();
  }

  #add(row) {
    this.#count += 1;
    const added = { key: this.#count, at: Date.now(), state: 'waiting', ...row };
    this.#rows = [added, ...this.#rows].slice(0, MOST_KEPT);
    this.#tell();
    return added.key;
  }

  #answered(key, id, status, more) {
    this.#change(key, { state: 'answered', id, status, ...more });
    this.#join(id);
  }

  async #explain(key, response) {
    this.#change(key, { answer: jsonOf(await response.text().catch(() => '')) });
  }

  #join(id) {
    const row = id && this.#rows.find((each) => each.id === id);
    if (row) this.#change(row.key, { decision: this.#decisions.get(id), arrival: this.#arrivals.get(id) });
  }

  #change(key, more) {
    this.#rows = this.#rows.map((row) => (row.key === key ? { ...row, ...more } : row));
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

/** What the page itself has put into a request. */
function sent({ body, headers }) {
  const { threadId, tools } = jsonOf(typeof body === 'string' ? body : '') ?? {};
  return {
    thread: threadId,
    tools: tools?.map(({ name }) => name),
    hasToken: new Headers(headers).has('authorization'),
  };
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const requests = new Requests();
