// @ts-check
// A gate on hono's own `jwk` middleware, as its manual shows it. It fetches the keys for every request.

import { Hono } from 'hono';
import { jwk } from 'hono/jwk';

/**
 * @type {Hono<{
 *   Bindings: {JWKS_URI: string, ISSUER: string, AUDIENCE: string, ORIGIN: {fetch(request: Request): Promise<Response>}},
 *   Variables: {jwtPayload: {sub: string, role: string, permissions: string[]}},
 * }>}
 */
const app = new Hono();

let guard;
app.use('*', (context, next) => {
  const { JWKS_URI: jwks_uri, ISSUER: iss, AUDIENCE: aud } = context.env;
  guard ??= jwk({ jwks_uri, alg: ['ES256', 'RS256', 'EdDSA'], verification: { iss, aud } });
  return guard(context, next);
});

app.all('*', (context) => {
  const claims = context.get('jwtPayload');
  const forwarded = new Request(context.req.raw);
  forwarded.headers.set('x-user-id', claims.sub);
  forwarded.headers.set('x-user-role', claims.role);
  forwarded.headers.set('x-user-permissions', claims.permissions.join(','));
  return context.env.ORIGIN.fetch(forwarded);
});

export default app;
