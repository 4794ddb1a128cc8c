// @ts-check
// Thousands of requests over a few connections that stay open.

import { Agent, request as httpRequest } from 'node:http';

/** @typedef {{method?: string, path?: string, headers?: import('node:http').OutgoingHttpHeaders | string[], body?: string | Buffer}} Request */

const CONNECTIONS = 16;

/**
 * Sends each of `requests` (as `Client.send` takes them) and gives the statuses, in the same order.
 *
 * @param {{url: URL}} gate
 * @param {Request[]} requests
 */
export async function flood({ url }, requests) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  /** @type {(number | undefined)[]} */
  const statuses = [];
  let next = 0;
  const lane = async () => {
    while (next < requests.length) {
      const index = next++;
      statuses[index] = await send(url, agent, requests[index]);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  agent.destroy();
  return statuses;
}

/**
 * @param {URL} url
 * @param {Agent} agent
 * @param {Request} request
 * @returns {Promise<number | undefined>}
 */
function send(url, agent, { method, path, headers, body }) {
  return new Promise((resolve, reject) => {
    const options = { host: url.hostname, port: url.port, agent, method, path, headers };
    const request = httpRequest(options, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    request.on('error', reject);
    request.end(body);
  });
}
