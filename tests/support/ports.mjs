// Ports for programs that must be told theirs.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { HOST } from '../../demo/listen.mjs';

/** Ports that nothing listens on, all different because all are held before any is let go. */
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => listening(0)));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map(closed));
  return ports;
}

/** Fails if something listens on the port. */
export const listenOnce = async (port) => closed(await listening(port));

async function listening(port) {
  const server = createServer().listen(port, HOST);
  await once(server, 'listening');
  return server;
}

async function closed(server) {
  server.close();
  await once(server, 'close');
}
