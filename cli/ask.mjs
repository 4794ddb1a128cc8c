// @ts-check
// Asking a deployed gate or its origin once, and what of the answer matters.

import { reasonOf } from './failure.mjs';

/**
 * `why` there is no answer, which then has the status 0.
 *
 * @typedef {{status: number, headers?: Headers, text?: string, why?: string}} Answer
 */

const TIMEOUT_MS = 10_000;
/** As much of an answer as is looked at, in UTF-16 code units. */
const MAX_TEXT = 1024 * 1024;

/**
 * Asks once, follows no redirect, and reads a part of the answer.
 *
 * @param {string} url
 * @param {RequestInit & {readsBody?: boolean}} [options]
 * @returns {Promise<Answer>}
 */
export async function ask(url, { readsBody = true, ...options } = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error('no answer in ten seconds')), TIMEOUT_MS);
  try {
    const response = await fetch(url, { redirect: 'manual', signal: abort.signal, ...options });
    const { status, headers } = response;
    return { status, headers, text: readsBody ? await start(response) : '' };
  } catch (error) {
    return { status: 0, why: reasonOf(error) };
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

/** @param {Response} response */
async function start(response) {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.length > MAX_TEXT) break;
  }
  return text;
}

/**
 * The JSON of the answer; undefined where it has none.
 *
 * @param {Answer} answer
 * @returns {any}
 */
export function parsed(answer) {
  try {
    return JSON.parse(answer.text ?? '');
  } catch {
    return undefined;
  }
}

/**
 * Seconds by which the answer's `Date` is ahead of this machine's clock.
 *
 * @param {Answer} answer
 */
export function skewOf({ headers }) {
  const date = Date.parse(headers?.get('date') ?? '');
  return Number.isNaN(date) ? undefined : Math.round((date - Date.now()) / 1000);
}

/**
 * What came of a request, for messages.
 *
 * @param {Answer} answer
 */
export const shown = ({ status, why }) => (why === undefined ? `status ${status}` : `no answer (${why})`);

/** @param {string} host as `URL` has it */
export const isLoopback = (host) => /^(localhost|127\.[\d.]+|\[::1\])$|\.localhost$/.test(host);
