// better-auth with its jwt plugin, set up as the page says.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';

const database = { user: [], session: [], account: [], verification: [], jwks: [] };
const server = createServer((request, response) => take(request, response)).listen(0, '127.0.0.1');
await once(server, 'listening');
const baseURL = `http://127.0.0.1:${server.address().port}`;
const options = {
  baseURL,
  secret: randomBytes(32).toString('base64url'),
  database: memoryAdapter(database),
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  session: { cookieCache: { enabled: true, strategy: 'jwt' } },
  plugins: [
    jwt({
      jwt: {
        audience: 'https://app.example.com/copilotkit',
        definePayload: () => ({ role: 'admin' }),
      },
      // Its own cookie is then a JWT by the same key.
      sessionCookieCache: true,
    }),
  ],
};
const handler = toNodeHandler(betterAuth(options));

function take(request, response) {
  if (request.url !== '/rotate') return handler(request, response);
  // As the plugin does it after `rotationInterval`.
  for (const key of database.jwks) key.expiresAt ??= new Date(Date.now() - 1000);
  response.writeHead(204).end();
}
console.log(`listening on ${baseURL}`);
