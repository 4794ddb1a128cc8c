// @ts-check
// Sealed thread ids, derived as ARCHITECTURE.md and src/outbound/threads.rs describe them and without the gate's code: the
// gates that are measured must recognise them.

import { createHmac } from 'node:crypto';

const HALF = (1n << 61n) - 1n;

/**
 * The id that `choice` of the subject `sub` becomes.
 *
 * @param {Buffer} key
 * @param {string} issuer
 * @param {string} sub
 * @param {string} choice
 */
export function seal(key, issuer, sub, choice) {
  const first = tag(key, ['choice', issuer, sub, choice]);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(first);
  return uuid((first << 61n) | tag(key, ['owner', issuer, sub, bytes]));
}

/**
 * @param {Buffer} key
 * @param {(string | Buffer)[]} parts
 */
function tag(key, parts) {
  const mac = createHmac('sha256', key);
  for (const part of parts.map((each) => Buffer.from(each))) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(part.length));
    mac.update(length).update(part);
  }
  return mac.digest().readBigUInt64BE() & HALF;
}

/**
 * 122 bits around the version and the variant of a UUID (RFC 9562 section 5.8).
 *
 * @param {bigint} free
 */
function uuid(free) {
  const bits =
    ((free >> 74n) << 80n) |
    (0x8n << 76n) |
    (((free >> 62n) & 0xfffn) << 64n) |
    (0b10n << 62n) |
    (free & ((1n << 62n) - 1n));
  return bits
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
