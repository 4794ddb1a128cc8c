// @ts-check
// Threads: ids sealed to their owner, as src/outbound/threads.rs describes them, with an HMAC from WebCrypto. A half of an id
// is 61 bits, kept as two numbers, the upper 29 and the lower 32: big integers would be slower than the HMAC.

import { MALFORMED_THREAD } from './refusal.js';

/** @typedef {import('./tokens.js').Principal} Principal */
/**
 * The upper 29 bits of a half, and the lower 32.
 *
 * @typedef {[number, number]} Half
 */

const MAX_CHOICE_BYTES = 256;
const UPPER = 0x1fffffff;
const SEALED = /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const UTF8 = new TextEncoder();

export class Threads {
  #secret;
  /** @type {CryptoKey | undefined} */
  #key;

  /** @param {string} secret */
  constructor(secret) {
    this.#secret = Uint8Array.fromBase64(secret, { alphabet: 'base64url' });
  }

  /**
   * The id that the upstream sees for `choice`: itself where it is a sealed id of this caller's, else sealed.
   *
   * @param {Principal} principal
   * @param {string} choice
   */
  async seal(principal, choice) {
    const bytes = UTF8.encode(choice);
    if (bytes.length === 0 || bytes.length > MAX_CHOICE_BYTES) throw MALFORMED_THREAD;
    if (await this.owns(principal, choice)) return choice;
    this.#key ??= await this.#import();
    const first = await this.#tag(message('choice', principal, bytes));
    return write(first, await this.#ownerTag(principal, first));
  }

  /**
   * Whether `id` is a sealed id of this caller's.
   *
   * @param {Principal} principal
   * @param {unknown} id
   */
  async owns(principal, id) {
    if (typeof id !== 'string' || !SEALED.test(id)) return false;
    this.#key ??= await this.#import();
    const [first, [upper, lower]] = read(id);
    const tag = await this.#ownerTag(principal, first);
    return tag[0] === upper && tag[1] === lower;
  }

  #import() {
    return crypto.subtle.importKey('raw', this.#secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  }

  /**
   * @param {Principal} principal
   * @param {Half} half
   */
  #ownerTag(principal, [upper, lower]) {
    // WebCrypto copies what it is given, so one message per caller serves every id.
    principal.owner ??= new DataView(message('owner', principal, new Uint8Array(8)).buffer);
    const { owner } = principal;
    owner.setUint32(owner.byteLength - 8, upper);
    owner.setUint32(owner.byteLength - 4, lower);
    return this.#tag(owner);
  }

  /**
   * 61 bits of HMAC-SHA-256.
   *
   * @param {BufferSource} data
   */
  #tag(data) {
    return crypto.subtle.sign('HMAC', /** @type {CryptoKey} */ (this.#key), data).then(half);
  }
}

/**
 * @param {ArrayBuffer} mac
 * @returns {Half}
 */
function half(mac) {
  const view = new DataView(mac);
  return [view.getUint32(0) & UPPER, view.getUint32(4)];
}

/**
 * The parts, each with its length in front.
 *
 * @param {string} purpose
 * @param {{iss: string, sub: string}} owner
 * @param {Uint8Array} last
 */
function message(purpose, { iss, sub }, last) {
  const parts = [UTF8.encode(purpose), UTF8.encode(iss), UTF8.encode(sub), last];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 8 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at + 4, part.length);
    bytes.set(part, at + 8);
    at += 8 + part.length;
  }
  return bytes;
}

/**
 * Lays two halves out around the version and variant of a UUID.
 *
 * @param {Half} first
 * @param {Half} second
 */
function write([upper, lower], second) {
  const hex = [
    (upper << 3) | (lower >>> 29),
    ((lower << 3) & 0xffff0000) | 0x8000 | ((lower >>> 1) & 0xfff),
    0x80000000 | ((lower & 1) << 29) | second[0],
    second[1],
  ].map((word) => (word >>> 0).toString(16).padStart(8, '0'));
  return `${hex[0]}-${hex[1].slice(0, 4)}-${hex[1].slice(4)}-${hex[2].slice(0, 4)}-${hex[2].slice(4)}${hex[3]}`;
}

/**
 * @param {string} id
 * @returns {Half[]} the halves of a sealed id
 */
function read(id) {
  /** @param {string} text */
  const word = (text) => Number.parseInt(text, 16);
  const a = word(id.slice(0, 8));
  const b = word(id.slice(9, 13) + id.slice(14, 18));
  const c = word(id.slice(19, 23) + id.slice(24, 28));
  const lower = (a << 29) | ((b >>> 3) & 0x1fffe000) | ((b & 0xfff) << 1) | ((c >>> 29) & 1);
  return [
    [a >>> 3, lower >>> 0],
    [c & UPPER, word(id.slice(28))],
  ];
}
