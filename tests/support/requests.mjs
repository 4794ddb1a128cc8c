// @ts-check
// Requests as a client of CopilotKit writes them.

/** The content type that the gate wants of a body it reads. */
export const JSON_TYPE = ['Content-Type', 'application/json'];

/** A `RunAgentInput` with `more` laid over it. */
export function input(more = {}) {
  const empty = { threadId: 't-1', runId: 'r-1', state: {}, messages: [], tools: [], context: [], forwardedProps: {} };
  return { ...empty, ...more };
}

/** A POST of JSON; `body` may be a value or the very text. */
export function post(path, body, more = {}) {
  const { headers = [], ...rest } = more;
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return { method: 'POST', path, headers: [JSON_TYPE, ...headers], body: text, ...rest };
}

/** A POST to the base path itself. */
export function envelope(value, more) {
  return post('', value, more);
}
