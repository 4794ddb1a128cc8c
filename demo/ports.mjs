// Finding out, before anything is started, whether the demo's ports are free.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { portVariable } from './config.mjs';

/** `localhost` is both of these. */
const LOOPBACK = ['127.0.0.1', '::1'];

/** One line about the first port that something else listens on; undefined when all are free. */
export async function portTrouble(ports) {
  for (const [part, port] of Object.entries(ports)) {
    for (const host of LOOPBACK) {
      const why = await cannotListen(host, port);
      if (why === 'EADDRINUSE') {
        return `port ${port} is in use: free it, or choose another with ${portVariable(part)}=<port> npm start`;
      }
      if (why === 'EACCES')
        return `port ${port} needs more rights: choose another with ${portVariable(part)}=<port> npm start`;
    }
  }
  return undefined;
}

/** The error code of listening there. A machine without IPv6 fails with others, which do not matter. */
async function cannotListen(host, port) {
  const server = createServer().listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    return error.code;
  }
  server.close();
  await once(server, 'close');
  return undefined;
}
