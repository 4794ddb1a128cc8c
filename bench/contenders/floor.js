// @ts-check
// The floor: what any gate costs that is written in JavaScript and checks nothing.

/** @typedef {{ORIGIN: {fetch(request: Request): Promise<Response>}}} Env */

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   */
  fetch(request, env) {
    const authorization = request.headers.get('authorization');
    if (authorization === null) {
      return new Response('{"error":"unauthorized"}', { status: 401, headers: { 'content-type': 'application/json' } });
    }
    const forwarded = new Request(request);
    forwarded.headers.set('x-user-id', 'user-1');
    forwarded.headers.set('x-user-role', 'member');
    forwarded.headers.set('x-user-permissions', 'threads:read,threads:write');
    forwarded.headers.set('x-request-id', '0000000000000000');
    return env.ORIGIN.fetch(forwarded);
  },
};
