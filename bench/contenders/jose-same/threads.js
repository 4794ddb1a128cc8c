// Threads: ids sealed to their owner, as src/outbound/threads.rs describes them, with an HMAC from WebCrypto.

import { MALFORMED_THREAD } from './refusal.js';

const MAX_CHOICE_BYTES = 256;
const HALF = (1n << 61n) - 1n;
const SEALED = /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const UTF8 = new TextEncoder();

export class Threads {
  #secret;
  #key;

  constructor(secret) {
    this.#secret = Uint8Array.fromBase64(secret, { alphabet: 'base64url' });
  }

  /** The id that the upstream sees for `choice`: itself where it is a sealed id of this caller's, else sealed. */
  async seal(principal, choice) {
    const bytes = UTF8.encode(choice);
    if (bytes.length === 0 || bytes.length > MAX_CHOICE_BYTES) throw MALFORMED_THREAD;
    if (await this.owns(principal, choice)) return choice;
    const first = await this.#tag(message('choice', principal, bytes));
    return write(first, await this.#ownerTag(principal, first));
  }

  /** Whether `id` is a sealed id of this caller's. */
  async owns(principal, id) {
    if (typeof id !== 'string' || !SEALED.test(id)) return false;
    const [first, second] = read(id);
    return (await this.#ownerTag(principal, first)) === second;
  }

  #ownerTag(principal, first) {
    // WebCrypto copies what it is given, so one message per caller serves every id.
    principal.owner ??= message('owner', principal, new Uint8Array(8));
    new DataView(principal.owner.buffer).setBigUint64(principal.owner.length - 8, first);
    return this.#tag(principal.owner);
  }

  /** 61 bits of HMAC-SHA-256. */
  async #tag(data) {
    this.#key ??= await crypto.subtle.importKey('raw', this.#secret, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
    ]);
    return new DataView(await crypto.subtle.sign('HMAC', this.#key, data)).getBigUint64(0) & HALF;
  }
}

/** The parts, each with its length in front. */
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

/** Lays two halves out around the version and variant of a UUID. */
function write(first, second) {
  const high = ((first >> 13n) << 16n) | 0x8000n | ((first >> 1n) & 0xfffn);
  const low = (0b10n << 62n) | ((first & 1n) << 61n) | second;
  const hex = high.toString(16).padStart(16, '0') + low.toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function read(id) {
  const high = BigInt(`0x${id.slice(0, 8)}${id.slice(9, 13)}${id.slice(14, 18)}`);
  const low = BigInt(`0x${id.slice(19, 23)}${id.slice(24)}`);
  return [((high >> 16n) << 13n) | ((high & 0xfffn) << 1n) | ((low >> 61n) & 1n), low & HALF];
}
