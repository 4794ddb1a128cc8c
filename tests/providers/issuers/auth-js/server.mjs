// Auth.js, with sessions that are signed as the page says, and below /encrypted as they come.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Auth } from '@auth/core';
import Credentials from '@auth/core/providers/credentials';
import { getRequestListener } from '@hono/node-server';
import { SignJWT, jwtVerify } from 'jose';

const key = new TextEncoder().encode(process.env.AUTH_JWT_SECRET);
const signed = {
  encode: ({ token, maxAge }) =>
    new SignJWT(token)
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('https://app.example.com')
      .setAudience('https://app.example.com/copilotkit')
      .setIssuedAt()
      .setExpirationTime(`${maxAge} s`)
      .sign(key),
  decode: async ({ token }) => (await jwtVerify(token, key, { algorithms: ['HS256'] })).payload,
};
const common = {
  secret: randomBytes(32).toString('base64url'),
  trustHost: true,
  providers: [
    Credentials({
      credentials: { username: {} },
      authorize: ({ username }) => ({ id: '17', name: username, role: 'admin' }),
    }),
  ],
  callbacks: { jwt: ({ token, user }) => (user ? { ...token, sub: user.id, role: user.role } : token) },
};
const configurations = {
  '/auth': { ...common, basePath: '/auth', jwt: signed },
  '/encrypted': { ...common, basePath: '/encrypted' },
};
const take = (request) => Auth(request, configurations[`/${new URL(request.url).pathname.split('/')[1]}`]);
const server = createServer(getRequestListener(take)).listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`listening on http://127.0.0.1:${server.address().port}`);
