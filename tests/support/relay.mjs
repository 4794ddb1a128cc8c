// @ts-check
// One request and all that came of it at the origin, bodies included.

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
