// @ts-check
// A caller of the gate. It sends paths, header names and repeated headers exactly as a test writes them, which `fetch`
// would tidy up first.

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';

/**
 * A whole request: the head, and the body.
 *
 * @typedef {Head & {body?: string | Buffer}} Request
 */
/**
 * A whole answer.
 *
 * @typedef {Awaited<ReturnType<typeof read>>} Answer
 */

/** Where the gate is mounted unless a test says otherwise. */
export const BASE = '/api/copilotkit';
/** Longer than the gate takes for anything; a request that it leaves hanging fails then. */
const PATIENCE_MS = 30_000;

export class Client {
  /**
   * @param {URL} url
   * @param {string} [host] what requests call the gate
   */
  constructor(url, host = url.host) {
    this.url = url;
    this.host = host;
  }

  /**
   * Sends a whole request and reads the whole answer.
   *
   * @param {Request} what
   */
  async send(what) {
    const { body, ...head } = what;
    const exchange = this.open(head);
    exchange.request.end(body);
    return read(await exchange.response);
  }

  /**
   * @typedef {{method?: string, base?: string, path?: string, headers?: string[][], token?: string}} Head
   */

  /**
   * Sends only the head; the test writes the body to `request` and reads `response` when it likes.
   * `path` is what follows `base`; `headers` are pairs; `token` adds `Authorization: Bearer …`. `reset` breaks the
   * connection off.
   *
   * @param {Head} head
   */
  open({ method = 'GET', base = BASE, path = '', headers = [], token }) {
    const pairs = [['Host', this.host], ...(token ? [['Authorization', `Bearer ${token}`]] : []), ...headers];
    const request = httpRequest({
      host: this.url.hostname,
      port: this.url.port,
      method,
      path: base + path,
      headers: pairs.flat(),
      agent: false,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const response = once(request, 'response').then(([message]) => message);
    response.catch(() => {}); // reported where the test awaits it
    // A closed connection could still be one whose client has only stopped to send; a reset one is dead.
    const reset = () => /** @type {import('node:net').Socket} */ (request.socket).resetAndDestroy();
    return { request, response, reset };
  }

  /**
   * Asks for a WebSocket; resolves to `{socket, head}` or to a plain `{answer}`.
   *
   * @param {Head} what
   */
  async upgrade({ headers = [], ...what }) {
    const handshake = [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Version', '13'],
      ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ];
    const { request } = this.open({ ...what, headers: [...headers, ...handshake] });
    const upgraded = once(request, 'upgrade').then(([message, socket, head]) => ({ message, socket, head }));
    const answered = once(request, 'response').then(async ([message]) => ({ answer: await read(message) }));
    request.end();
    return Promise.race([upgraded, answered]);
  }
}

/**
 * A whole answer: status, headers (joined, and raw pairs), bytes, and the text of them.
 *
 * @param {import('node:http').IncomingMessage} message
 */
export async function read(message) {
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const { rawHeaders } = message;
  return {
    status: message.statusCode,
    headers: message.headers,
    pairs: rawHeaders.filter((_, i) => i % 2 === 0).map((name, i) => [name, rawHeaders[2 * i + 1]]),
    bytes,
    text: bytes.toString(),
    get json() {
      return JSON.parse(this.text);
    },
  };
}

/**
 * An SSE answer's chunks, one `next()` at a time.
 *
 * @param {import('node:http').IncomingMessage} message
 */
export function chunks(message) {
  const iterator = message[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await iterator.next();
    return done ? undefined : value.toString();
  };
}
