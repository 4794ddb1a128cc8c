// OpenAuth, set up as the page says, with a sign-in that asks no one.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { issuer } from '@openauthjs/openauth';
import { MemoryStorage } from '@openauthjs/openauth/storage/memory';
import { createSubjects } from '@openauthjs/openauth/subject';
import { object, string } from 'zod';

const storage = MemoryStorage();
const subjects = createSubjects({ user: object({ role: string() }) });
const machine = {
  type: 'machine',
  init() {},
  client: async ({ clientID }) => ({ user: clientID }),
};
const alice = {
  type: 'alice',
  init: (routes, ctx) => routes.get('/authorize', (c) => ctx.success(c, { user: 'alice' })),
};
const newIssuer = () =>
  issuer({
    subjects,
    storage,
    providers: { alice, machine },
    allow: async () => true,
    success: (ctx, { user }) => ctx.subject('user', { role: 'admin' }, { subject: user }),
  });

let app = newIssuer();
const listener = getRequestListener((request) => app.fetch(request));
const server = createServer(async (request, response) => {
  if (request.url !== '/rotate') return listener(request, response);
  for await (const [name, key] of storage.scan(['signing:key'])) {
    await storage.set(name, { ...key, expired: key.expired ?? Date.now() - 1000 });
  }
  app = newIssuer();
  response.writeHead(204).end();
}).listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`listening on http://127.0.0.1:${server.address().port}`);
