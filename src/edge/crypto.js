// @ts-check
// The script of `crypto.rs`: signatures.

import { watch } from './wait.js';

/** @typedef {import('./bridge.js').Bytes} Bytes */
/** @typedef {import('./wait.js').Settled} Settled */

/**
 * Calls `settled` with `id` and whether `signature` over `data` holds. Both are views of wasm's memory, which WebCrypto copies.
 *
 * @param {AlgorithmIdentifier | RsaPssParams | EcdsaParams} algorithm
 * @param {CryptoKey} key
 * @param {Bytes} signature
 * @param {Bytes} data
 * @param {Settled} settled
 * @param {number} id
 */
export function verify(algorithm, key, signature, data, settled, id) {
  let holds;
  try {
    holds = crypto.subtle.verify(algorithm, key, signature, data);
  } catch {
    holds = Promise.resolve(false);
  }
  watch(holds, settled, id);
}
