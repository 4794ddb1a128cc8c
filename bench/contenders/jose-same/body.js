// @ts-check
// Bodies that are read whole: of agent requests, and of answers that are filtered.

import {
  BAD_GATEWAY,
  MALFORMED_BODY,
  MALFORMED_THREAD,
  PAYLOAD_TOO_LARGE,
  REQUEST_TIMEOUT,
  UNSUPPORTED_MEDIA_TYPE,
} from './refusal.js';
import { LATE, within } from './time.js';

export const MAX_BYTES = 10 * 1024 * 1024;
const PART_BYTES = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = 100_000;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The agent input of a request: an object, with a `threadId`.
 *
 * @param {Request} request
 * @returns {Promise<Record<string, any> & {threadId: string}>}
 */
export async function readInput(request) {
  requireJson(request.headers);
  let bytes;
  try {
    bytes = await within(collect(request), REQUEST_TIMEOUT_MS);
  } catch (error) {
    if (error === LATE) throw REQUEST_TIMEOUT;
    throw MALFORMED_BODY.because('body_incomplete');
  }
  if (bytes === undefined) throw PAYLOAD_TOO_LARGE;
  let input;
  try {
    input = JSON.parse(UTF8.decode(bytes));
  } catch {
    throw MALFORMED_BODY;
  }
  if (input === null || typeof input !== 'object' || Array.isArray(input)) {
    throw MALFORMED_BODY.because('body_not_an_object');
  }
  if (typeof input.threadId !== 'string') throw MALFORMED_THREAD;
  return input;
}

/**
 * The JSON of an answer.
 *
 * @param {Response} response
 */
export async function readAnswer(response) {
  const bytes = await within(collect(response), ANSWER_TIMEOUT_MS).catch(() => undefined);
  if (bytes === undefined) throw BAD_GATEWAY;
  try {
    return JSON.parse(UTF8.decode(bytes));
  } catch {
    throw BAD_GATEWAY;
  }
}

/**
 * The whole body; undefined where it is too large. The platform holds a body to the length that it declares.
 *
 * @param {Request | Response} source
 * @returns {Promise<ArrayBuffer | Uint8Array | undefined>}
 */
async function collect(source) {
  const declared = source.headers.get('content-length');
  if (declared !== null && !source.headers.has('content-encoding')) {
    return Number(declared) > MAX_BYTES ? undefined : source.arrayBuffer();
  }
  // A read that waits for a full buffer costs a third of one for each piece as it comes.
  const reader = source.body?.getReader({ mode: 'byob' });
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  let length = 0;
  for (let isWhole = false; reader && !isWhole; ) {
    const { value } = await reader.readAtLeast(PART_BYTES, new Uint8Array(PART_BYTES));
    parts.push(value);
    length += value.byteLength;
    if (length > MAX_BYTES) {
      reader.cancel();
      return undefined;
    }
    isWhole = value.byteLength < PART_BYTES;
  }
  return parts.length === 1 ? parts[0] : new Blob(parts).arrayBuffer();
}

/**
 * Demands `application/json`, in UTF-8 and not compressed.
 *
 * @param {Headers} headers
 */
function requireJson(headers) {
  const type = headers.get('content-type') ?? '';
  const coding = headers.get('content-encoding');
  const isJson =
    type === 'application/json' || /^application\/json\s*(?:;\s*charset=(?:utf-8|"utf-8")\s*)*;?$/i.test(type);
  if (!isJson || (coding !== null && coding.toLowerCase() !== 'identity')) throw UNSUPPORTED_MEDIA_TYPE;
}
