// @ts-check
// Requests as a client of CopilotKit writes them.

/**
 * A body: the very text, or a value that is written as JSON.
 *
 * @typedef {string | Buffer | object | undefined} Body
 */
/** @typedef {import('./client.mjs').Request} Request */

/** The content type that the gate wants of a body it reads. */
export const JSON_TYPE = ['Content-Type', 'application/json'];

/**
 * A `RunAgentInput` with `more` laid over it.
 *
 * @param {Record<string, unknown>} [more]
 */
export function input(more = {}) {
  const empty = { threadId: 't-1', runId: 'r-1', state: {}, messages: [], tools: [], context: [], forwardedProps: {} };
  return { ...empty, ...more };
}

/**
 * A POST of JSON; `body` may be a value or the very text.
 *
 * @param {string} path
 * @param {Body} [body]
 * @param {Request} [more]
 * @returns {Request}
 */
export function post(path, body, more = {}) {
  const { headers = [], ...rest } = more;
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return { method: 'POST', path, headers: [JSON_TYPE, ...headers], body: text, ...rest };
}

/**
 * A POST to the base path itself.
 *
 * @param {Body} value
 * @param {Request} [more]
 */
export function envelope(value, more) {
  return post('', value, more);
}
