// @ts-check
// Ports for programs that are told theirs: chosen before they are started.

import { HOST, listen } from '../../demo/listen.mjs';

/** Below those that systems give to outgoing connections, which could take one between its choice and its use. */
const FIRST = 20_000;
const COUNT = 10_000;

/** The URL of a port that nothing listens on. */
export const freeUrl = async () => `http://${HOST}:${await freePort()}`;

/**
 * Ports that nothing listens on, all different.
 *
 * @param {number} count
 */
export async function freePorts(count) {
  const ports = new Set();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/**
 * Listens on a port and stops: fails if something else is there.
 *
 * @param {number} port
 */
export async function listenOnce(port) {
  const { close } = await listen(port, () => {});
  await close();
}

async function freePort() {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    try {
      await listenOnce(port);
      return port;
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
    }
  }
}
