// Ports for programs that are told theirs: chosen before they are started.

import { HOST, listen } from '../../demo/listen.mjs';

/** Below those that systems give to outgoing connections, which could take one between its choice and its use. */
const FIRST = 20_000;
const COUNT = 10_000;

/** The URL of a port that nothing listens on. */
export async function freeUrl() {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    try {
      const { close } = await listen(port, () => {});
      await close();
      return `http://${HOST}:${port}`;
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
    }
  }
}
