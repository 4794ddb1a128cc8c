// @ts-check
// A gate as one writes it on jose: every token is verified each time; the keys are fetched once.

import { createRemoteJWKSet, jwtVerify } from 'jose';

const BEARER = /^Bearer ([^ ]+)$/i;
let keys;

/**
 * @typedef {{
 *   JWKS_URI: string, ISSUER: string, AUDIENCE: string, ORIGIN: {fetch(request: Request): Promise<Response>},
 * }} Env
 */

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   */
  async fetch(request, env) {
    const token = BEARER.exec(request.headers.get('authorization') ?? '')?.[1];
    if (token === undefined) return unauthorized();
    keys ??= createRemoteJWKSet(new URL(env.JWKS_URI));
    /** @type {{sub: string, role: string, permissions: string[]}} */
    let claims;
    try {
      const { ISSUER: issuer, AUDIENCE: audience } = env;
      const options = { issuer, audience, algorithms: ['ES256', 'RS256', 'EdDSA'], requiredClaims: ['exp'] };
      claims = (await jwtVerify(token, keys, options)).payload;
    } catch {
      return unauthorized();
    }
    const forwarded = new Request(request);
    forwarded.headers.set('x-user-id', claims.sub);
    forwarded.headers.set('x-user-role', claims.role);
    forwarded.headers.set('x-user-permissions', claims.permissions.join(','));
    return env.ORIGIN.fetch(forwarded);
  },
};

function unauthorized() {
  const headers = { 'content-type': 'application/json', 'www-authenticate': 'Bearer' };
  return new Response('{"error":"unauthorized"}', { status: 401, headers });
}
