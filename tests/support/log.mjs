// @ts-check
// What a running Worker printed, line by line, and a way to wait for a line that has not come yet.

/** Longest wait for a line; only a gate that never prints it gets this far. */
const PATIENCE_MS = 5_000;

export class Log {
  /** Every line so far, in order: console output and the runtime's own complaints alike. */
  /** @type {string[]} */
  lines = [];
  #waiting = new Set();

  /**
   * One more thing that the Worker or its runtime printed.
   *
   * @param {string} line
   */
  take(line) {
    this.lines.push(line);
    for (const check of this.#waiting) check();
  }

  /** The decision lines so far, parsed. */
  get decisions() {
    return this.lines.map(decision).filter(Boolean);
  }

  /**
   * The first line from `start` on for which `pick` gives something, as `pick` gave it.
   *
   * @template Found
   * @param {(line: string) => Found} pick
   * @param {string} what
   * @param {number} [start]
   * @returns {Promise<NonNullable<Found>>}
   */
  async find(pick, what, start = 0) {
    const found = () => this.lines.slice(start).map(pick).find(Boolean);
    const already = found();
    if (already) return already;
    return new Promise((resolve, reject) => {
      /**
       * @param {(value: any) => void} finish
       * @param {unknown} value
       */
      const done = (finish, value) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        finish(value);
      };
      const check = () => {
        const line = found();
        if (line) done(resolve, line);
      };
      const complain = () => {
        const seen = this.lines.slice(start).join('\n') || '(nothing)';
        done(reject, new Error(`the Worker never logged ${what}; since then it logged:\n${seen}`));
      };
      const timer = setTimeout(complain, PATIENCE_MS);
      this.#waiting.add(check);
    });
  }

  /**
   * The decision line of one request.
   *
   * @param {string} requestId
   */
  async decision(requestId) {
    /** @param {string} line */
    const pick = (line) => [decision(line)].find((d) => d?.request_id === requestId);
    return this.find(pick, `a decision for request ${requestId}`);
  }
}

/** @param {string} line */
function decision(line) {
  const value = parsed(line);
  return value?.event === 'decision' ? value : undefined;
}

/** @param {string} line */
function parsed(line) {
  try {
    const value = JSON.parse(line);
    return typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}
