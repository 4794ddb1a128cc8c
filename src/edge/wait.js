// @ts-check
// The script of `wait.rs` and `task.rs`: what wasm waits for.

/** @typedef {(id: number, value?: unknown, isGood?: boolean) => void} Settled */

/**
 * Calls `settled` with `id`, what becomes of `promise`, and whether that is its value; with `id` alone when it takes longer
 * than `milliseconds`, if that is given.
 *
 * @param {Promise<unknown>} promise
 * @param {Settled} settled
 * @param {number} id
 * @param {number} [milliseconds]
 */
export function watch(promise, settled, id, milliseconds) {
  const timer = milliseconds === undefined ? undefined : setTimeout(settle, milliseconds, settled, id);
  promise.then(
    (value) => {
      clearTimeout(timer);
      settle(settled, id, value, true);
    },
    (error) => {
      clearTimeout(timer);
      settle(settled, id, error, false);
    },
  );
}

/**
 * @param {Settled} settled
 * @param {number} id
 * @param {unknown} [value]
 * @param {boolean} [isGood]
 */
export function settle(settled, id, value, isGood) {
  try {
    settled(id, value, isGood);
  } catch (error) {
    report(error);
  }
}

/** Of a callback whose instance is no more: it had nothing left to do. */
const LEFT_BEHIND = 'Cannot invoke closure from previous WASM instance';

/**
 * Reports a panic as an `error` event, on which the next request starts a new instance.
 *
 * @param {any} error
 */
function report(error) {
  if (error?.message !== LEFT_BEHIND) reportError(error);
}

/**
 * Calls `gone` with `id` when the client of `request` is gone before it has an answer.
 *
 * @param {Request} request
 * @param {(id: number) => void} gone
 * @param {number} id
 */
export function whenGone({ signal }, gone, id) {
  if (!signal) return;
  // A third of what a listener costs.
  signal.onabort = () => {
    try {
      gone(id);
    } catch (error) {
      report(error);
    }
  };
}
