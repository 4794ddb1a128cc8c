// @ts-check
// The request that goes upstream: which of the client's header fields are removed, and which are set.

/** Names that a client's field never has upstream: the gate's, identity, other proxies' words for the user, hop-by-hop. */
const NAMES = new Set(
  (
    'x-request-id forwarded x-real-ip true-client-ip connection http2-settings keep-alive proxy-authenticate ' +
    'proxy-authorization proxy-connection te trailer transfer-encoding upgrade x-user x-username x-userinfo ' +
    'x-endpoint-api-userinfo x-apigateway-api-userinfo x-anonymous-consumer sm-user smuser x-ssl-client-s-dn'
  ).split(' '),
);
const PREFIXES = new RegExp(
  `^(?:${(
    'x-gate- x-cpki- x-middleware- remote- x-remote- impersonate- x-user- x-auth-request- x-forwarded- ' +
    'x-authenticated- x-credential- x-consumer- x-webauth- x-authentik- x-vouch- x-hasura- ' +
    'x-goog-authenticated-user- x-goog-iap- x-ms-client-principal x-ms-token- x-pomerium- x-amzn-oidc- ' +
    'x-vercel-oidc- cf-access-authenticated-user tailscale- shib- client-cert'
  )
    .split(' ')
    .join('|')})`,
);
/** A part of an answer cannot be filtered, and a filtered answer is no longer the one with that validator. */
const CONDITIONS = ['range', 'if-range', 'if-none-match', 'if-modified-since'];
const TOKEN = /[^\s,]+/g;
const MAX_KNOWN = 1000;

/** Whether a name is stripped, for each that was seen: browsers send the same few with every request. */
let known = new Map();

/** @param {string} name */
function strips(name) {
  let is = known.get(name);
  if (is === undefined) {
    const normalised = name.replace(/[_.]/g, '-');
    is = NAMES.has(normalised) || PREFIXES.test(normalised);
    if (known.size >= MAX_KNOWN) known = new Map();
    known.set(name, is);
  }
  return is;
}

/**
 * What `request` goes on with, for `fetch`: with `body` in place of its own where that is given.
 *
 * @param {Request} request
 * @param {{body: string | undefined, filters: boolean, identity: [string, string][], requestId: string}} how
 * @returns {RequestInit}
 */
export function forwarded(request, { body, filters, identity, requestId }) {
  const { headers, method } = request;
  const fields = new Headers(headers);
  let address = false;
  let upgrades = false;
  for (const name of headers.keys()) {
    if (name === 'cf-connecting-ip') address = true;
    else if (name === 'upgrade') upgrades = method === 'GET' && /^websocket$/i.test(headers.get(name) ?? '');
    else if (name === 'connection') for (const listed of headers.get(name)?.match(TOKEN) ?? []) fields.delete(listed);
    if (strips(name)) fields.delete(name);
  }
  if (filters) {
    for (const name of CONDITIONS) fields.delete(name);
    fields.set('accept-encoding', 'gzip');
  }
  if (body !== undefined) {
    fields.delete('content-length');
    fields.delete('content-encoding');
    fields.set('content-type', 'application/json');
  }
  for (const [name, value] of identity) fields.set(name, value);
  const [scheme, host] = request.url.split('/', 3).filter((part) => part !== '');
  fields.set('x-forwarded-proto', scheme.slice(0, -1));
  fields.set('x-forwarded-host', host);
  if (address) fields.set('x-forwarded-for', headers.get('cf-connecting-ip') ?? '');
  if (upgrades) fields.set('upgrade', 'websocket');
  fields.set('x-request-id', requestId);
  const streams = body === undefined && method !== 'GET' && method !== 'HEAD';
  // No request is made of these: fetch makes one of whatever it is given.
  return { method, headers: fields, body: streams ? request.body : body, redirect: 'manual' };
}
