// An HTTP server on the loopback interface, with a close that ends open streams too.

import { once } from 'node:events';
import { createServer } from 'node:http';

/** Only this machine may connect: the demo's origin trusts whoever reaches it. */
export const HOST = '127.0.0.1';

/** Listens on `port`, where 0 is any free one. After `close`, `reopen` listens there again. */
export async function listen(port, onRequest) {
  const server = createServer(onRequest);
  server.listen(port, HOST);
  await once(server, 'listening');
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const { port: bound } = server.address();
  const reopen = async () => {
    server.listen(bound, HOST);
    await once(server, 'listening');
  };
  return { server, port: bound, close, reopen };
}
