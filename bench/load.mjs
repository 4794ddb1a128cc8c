// @ts-check
// The load: so many requests over so many connections that stay open, on loopback.

import { Agent, request as httpRequest } from 'node:http';
import { Failure } from '../scripts/lib/say.mjs';

/** @typedef {{method?: string, path: string, headers: import('node:http').OutgoingHttpHeaders, body?: Buffer}} Request */
/** @typedef {{status: number | undefined, headers: import('node:http').IncomingHttpHeaders, text: string}} Answer */

export const CONCURRENCY = 16;
const PATIENCE_MS = 30_000;

/** A client of one workerd process. */
export class Client {
  #agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY, scheduling: 'fifo' });
  #port;

  /** @param {number} port */
  constructor(port) {
    this.#port = port;
  }

  /**
   * Sends `count` requests, each as `what(index)` says, and demands `status` of every answer. Resolves to seconds taken.
   *
   * @param {{count: number, what: (index: number) => Request, status: number}} pass
   */
  async drive({ count, what, status }) {
    let next = 0;
    const worker = async () => {
      while (next < count) {
        const answer = await this.send(what(next++));
        if (answer.status !== status) throw new Failure(`expected ${status}, got ${answer.status}: ${answer.text}`);
      }
    };
    const start = process.hrtime.bigint();
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, count) }, worker));
    return Number(process.hrtime.bigint() - start) / 1e9;
  }

  /**
   * Sends one request and reads the whole answer.
   *
   * @param {Request} request
   * @returns {Promise<Answer>}
   */
  send({ method = 'GET', path, headers, body }) {
    return new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: this.#port,
        agent: this.#agent,
        method,
        path,
        headers,
        timeout: PATIENCE_MS,
      };
      const request = httpRequest(options, (response) => {
        /** @type {Buffer[]} */
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const { statusCode: status, headers } = response;
          resolve({ status, headers, text: Buffer.concat(chunks).toString() });
        });
        response.on('error', reject);
      });
      request.on('timeout', () => request.destroy(new Failure(`no answer within ${PATIENCE_MS / 1000} s`)));
      request.on('error', reject);
      request.end(body);
    });
  }

  close() {
    this.#agent.destroy();
  }
}
