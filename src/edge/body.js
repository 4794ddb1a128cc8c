// @ts-check
// The script of `body.rs`: bodies that are read whole.

import { settle } from './wait.js';

/** @typedef {import('./bridge.js').Bytes} Bytes */
/** @typedef {import('./wait.js').Settled} Settled */
/** @typedef {{ readAtLeast(least: number, into: Bytes): Promise<{ done: boolean, value: Bytes }>, cancel(): Promise<void> }} Reader */

/**
 * Reads the whole body of a request or a response, and keeps it outside wasm until it is whole. Calls `settled` with `id`
 * and its bytes, or with why there are none: `large` for more than `limit` bytes, `late` after `milliseconds`, `broken` when
 * the other side breaks off.
 *
 * @param {Request | Response} source
 * @param {number} limit
 * @param {number} milliseconds
 * @param {Settled} settled
 * @param {number} id
 */
export function collect(source, limit, milliseconds, settled, id) {
  /** @type {Reader | undefined} */
  let reader;
  /** @param {unknown} value @param {boolean} isGood */
  const end = (value, isGood) => {
    clearTimeout(timer);
    // What is left unread must not be held any longer.
    if (!isGood) reader?.cancel().catch(() => {});
    settle(settled, id, value, isGood);
  };
  /** @param {'large' | 'late' | 'broken'} why */
  const refuse = (why) => end(why, false);
  const timer = setTimeout(refuse, milliseconds, 'late');
  // The platform holds a request to the length that it has declared. An answer's may be that of its compressed form, and
  // nobody holds the Worker behind a service binding to it.
  const declared = source instanceof Request ? source.headers.get('content-length') : null;
  if (Number(declared) > limit) return refuse('large');
  if (declared === null) reader = /** @type {any} */ (source.body?.getReader({ mode: 'byob' }));
  const whole = reader ? chunks(reader, limit) : source.bytes();
  whole.then(
    (bytes) => (bytes !== undefined && bytes.length <= limit ? end(bytes, true) : refuse('large')),
    () => refuse('broken'),
  );
}

/** How much is read at once, in bytes: by itself, the platform gives 4 KiB at a time. */
export const PIECE = 16 * 1024;

/**
 * Everything that `reader` gives; undefined for more than `limit` bytes.
 *
 * @param {Reader} reader
 * @param {number} limit
 */
async function chunks(reader, limit) {
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.readAtLeast(PIECE, new Uint8Array(PIECE));
    if (done) return parts.length === 1 ? parts[0] : new Blob(parts).bytes();
    length += value.length;
    if (length > limit) return;
    parts.push(value);
  }
}
