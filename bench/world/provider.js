// @ts-check
// The OpenID provider's public side. The gate's global fetch ends here, whatever host it names.

export default {
  /**
   * @param {Request} request
   * @param {{ISSUER: string, JWKS: object}} env
   */
  fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === '/.well-known/openid-configuration') {
      return json({ issuer: env.ISSUER, jwks_uri: `${env.ISSUER}/jwks` });
    }
    return pathname === '/jwks' ? json(env.JWKS) : new Response('not found', { status: 404 });
  },
};

/** @param {unknown} value */
const json = (value) =>
  new Response(JSON.stringify(value), {
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=3600' },
  });
