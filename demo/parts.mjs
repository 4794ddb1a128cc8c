// The demo's parts, whether each is up, and bringing the gate back when it ends by itself.

import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure, say } from '../scripts/lib/say.mjs';

/** A gate that ends this often within this time is not tried again. */
const MOST_ENDS = 3;
const WITHIN_MS = 60_000;
const PAUSE_MS = 1000;

export class Parts extends EventEmitter {
  /** `up`, `starting` or `down`, of each part. */
  state = { gate: 'starting', provider: 'starting', runtime: 'starting' };
  #parts = {};
  #ends = [];
  #isEnding = false;
  #gaveUp = Promise.withResolvers();

  /** `startGate` starts the gate, and `onGate` is awaited with each one that is up. */
  constructor({ startGate, onGate }) {
    super();
    this.startGate = startGate;
    this.onGate = onGate;
    this.#gaveUp.promise.catch(() => {});
  }

  /** Rejects once the gate ends again and again. */
  get gaveUp() {
    return this.#gaveUp.promise;
  }

  get gate() {
    return this.#parts.gate;
  }

  /** Notes a part with `close` and `reopen`. */
  add(name, part) {
    this.#parts[name] = part;
    this.#tell(name, 'up');
    return part;
  }

  async bringUp(name) {
    if (this.state[name] !== 'down') return;
    if (name === 'gate') return this.runGate();
    await this.#parts[name].reopen();
    this.#tell(name, 'up');
  }

  async takeDown(name) {
    if (this.state[name] !== 'up') return;
    this.#tell(name, 'down');
    await this.#parts[name].close();
  }

  async runGate() {
    this.#tell('gate', 'starting');
    const gate = await this.startGate();
    await this.onGate(gate);
    this.add('gate', gate);
    gate.exited.then(() => this.#gateEnded(gate)).catch((error) => this.#gaveUp.reject(error));
    return gate;
  }

  async close() {
    this.#isEnding = true;
    await Promise.allSettled(Object.values(this.#parts).map((part) => part.close()));
  }

  async #gateEnded(gate) {
    // Taken down on purpose, or followed by another already.
    if (this.#isEnding || this.state.gate !== 'up' || this.gate !== gate) return;
    this.#tell('gate', 'down');
    const now = Date.now();
    this.#ends = [...this.#ends.filter((at) => now - at < WITHIN_MS), now];
    if (this.#ends.length >= MOST_ENDS) throw new Failure('the gate ends again and again: the demo ends, too');
    say('the gate has ended by itself: starting it again');
    await gate.close();
    await delay(PAUSE_MS);
    if (this.#isEnding) return;
    await this.runGate();
    say('the gate is up again');
  }

  #tell(name, state) {
    this.state = { ...this.state, [name]: state };
    this.emit('change', this.state);
  }
}
