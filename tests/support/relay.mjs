// @ts-check
// One request and all that came of it at the origin, bodies included.

/** @typedef {Awaited<ReturnType<import('./world.mjs').Origin['next']>>} Exchange */

/**
 * Sends `request` and gives the answer with what the origin received meanwhile: `{method, url, headers, pairs, text}`
 * each. `reply` is `[status, headers, body]`.
 *
 * @param {import('./client.mjs').Client} gate
 * @param {import('./world.mjs').Origin} origin
 * @param {import('./client.mjs').Request} request
 * @param {[number, import('./origin.mjs').Fields, (string | Buffer)?]} [reply]
 */
export async function relay(gate, origin, request, reply = [200, { 'content-type': 'application/json' }, '{}']) {
  /** @type {(Pick<Exchange, 'method' | 'url' | 'headers' | 'pairs'> & {bytes?: Buffer, text?: string})[]} */
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
