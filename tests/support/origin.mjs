// @ts-check
// A CopilotKit runtime's stand-in on loopback: it records exactly what reached it and answers as the test tells it to.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { accept, echo } from './websocket.mjs';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */
/**
 * Header fields of an answer.
 *
 * @typedef {import('node:http').OutgoingHttpHeaders} Fields
 */

export async function startOrigin() {
  const origin = new Origin();
  await origin.up();
  return origin;
}

class Origin {
  /** Every request that arrived, in order. */
  /** @type {Exchange[]} */
  heard = [];
  #server = createServer((request, response) => this.#take(request, response));
  /** @type {((exchange: Exchange) => void)[]} */
  #waiting = [];
  #answer = ok;
  #port = 0;
  /** @type {import('node:stream').Duplex[]} */
  #sockets = [];

  constructor() {
    this.#server.on('upgrade', (request, socket) => {
      this.heard.push(new Exchange(request));
      this.#sockets.push(socket);
      accept(request, socket);
      echo(socket);
    });
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** How every request is answered from now on; without an argument, with a plain 200. */
  answers(how = ok) {
    this.#answer = how;
  }

  /**
   * The next request to arrive. Call it before the request is sent.
   *
   * @returns {Promise<Exchange>}
   */
  next() {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async up() {
    this.#server.listen(this.#port, '127.0.0.1').unref(); // a test file ends when its gate does
    await once(this.#server, 'listening');
    this.#port = /** @type {import('node:net').AddressInfo} */ (this.#server.address()).port;
  }

  /** From now on connections are refused. */
  async down() {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  /**
   * @param {Request} request
   * @param {Response} response
   */
  #take(request, response) {
    const exchange = new Exchange(request, response);
    this.heard.push(exchange);
    this.#waiting.shift()?.(exchange);
    this.#answer(exchange);
  }
}

class Exchange {
  /**
   * @param {Request} request
   * @param {Response} [response]
   */
  constructor(request, response) {
    this.request = request;
    // An upgrade has none, and no test answers it.
    this.response = /** @type {Response} */ (response);
    this.method = request.method;
    this.url = request.url;
    this.headers = request.headers;
    /** Header fields as they came over the wire. */
    this.pairs = request.rawHeaders
      .filter((_, i) => i % 2 === 0)
      .map((name, i) => [name, request.rawHeaders[2 * i + 1]]);
    /** Settles when the connection to the gate has ended before the answer had. */
    this.gone = response ? once(response, 'close').then(() => !response.writableFinished) : undefined;
  }

  /** The whole body. */
  async body() {
    const parts = [];
    for await (const part of this.request) parts.push(part);
    return Buffer.concat(parts);
  }

  /**
   * @param {number} status
   * @param {Fields} [headers]
   * @param {string | Buffer} [body]
   */
  reply(status, headers = {}, body = undefined) {
    this.response.writeHead(status, headers).end(body);
  }

  /** Starts an event stream; `event` sends one event, `end` closes it. */
  stream() {
    this.response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    this.response.flushHeaders();
  }

  /**
   * Sends one event; false while earlier ones have not left yet.
   *
   * @param {string} data
   */
  event(data) {
    return this.response.write(`data: ${data}\n\n`);
  }

  end() {
    this.response.end();
  }
}

/**
 * The answer of an origin that the test has no wishes for: what a runtime without agents says to `/info`.
 *
 * @param {Exchange} exchange
 */
function ok(exchange) {
  exchange.request.resume();
  exchange.reply(200, { 'content-type': 'application/json' }, '{"version":"1.69.0","agents":{},"mode":"sse"}');
}

/** Takes the request and says nothing: the test answers, or nobody does. */
export function silent() {}
