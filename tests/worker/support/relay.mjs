// One request and all that came of it at the origin, bodies included.

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

/**
 * Sends `request` and gives the answer with what the origin received meanwhile: `{method, url, headers, pairs, text}`
 * each. `reply` is `[status, headers, body]`.
 */
export async function relay(gate, origin, request, reply = [200, { 'content-type': 'application/json' }, '{}']) {
  const received = [];
  origin.answers(async (exchange) => {
    const bytes = await exchange.body().catch(() => undefined);
    const { method, url, headers, pairs } = exchange;
    received.push({ method, url, headers, pairs, bytes, text: bytes?.toString() });
    exchange.reply(...reply);
  });
  try {
    const before = origin.heard.length;
    const answer = await gate.send(request);
    return { answer, received, heard: origin.heard.length - before };
  } finally {
    origin.answers();
  }
}
