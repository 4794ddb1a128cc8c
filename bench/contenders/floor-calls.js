// @ts-check
// The platform's part: the calls that the gate makes of workerd on these operations, in JavaScript, and nothing between them.
// It verifies the signatures of new tokens, since that is one of the calls, and decides nothing. The gate cannot be faster than
// this while it makes these calls.

/** @typedef {{ORIGIN: {fetch: typeof fetch}, JWKS_URI: string}} Env */

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const head = new Uint8Array(16384);

/** @type {Record<string, string>} */
const FIELDS = {
  'x-user-id': 'auth0|000000000000000000000000',
  'x-user-role': 'member',
  'x-user-permissions': 'threads:read,threads:write',
  'x-user-issuer': 'https://id.bench.example',
  'x-forwarded-proto': 'http',
  'x-forwarded-host': 'app.example.com',
  'x-forwarded-for': '203.0.113.7',
  'x-request-id': '0000000000000000-00000000',
};
const FILTERED = /\/(?:info|threads)\b/;
const PIECE = 16 * 1024;
const PATIENCE_MS = 60_000;
/** @param {number} status */
const LINE = (status) =>
  `{"event":"decision","outcome":"allow","reason":"ok","status":${status},"operation":"inspector/metadata","issuer":"https://id.bench.example","sub":"auth0|000000000000000000000000","kid":"bench-es256","alg":"ES256","cache":"hit","upstream_ms":0,"request_id":"0000000000000000-00000000"}`;

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   */
  fetch(request, env) {
    const { headers } = request;
    if (!headers.has('authorization')) return refused();
    let text = `${request.method} ${request.url}\n`;
    headers.forEach((/** @type {string} */ value, /** @type {string} */ name) => {
      text += `${name}:${value}\n`;
    });
    decoder.decode(head.subarray(0, encoder.encodeInto(text, head).written));
    const token = /** @type {string} */ (headers.get('authorization')).slice('Bearer '.length);
    if (isKnown(token)) return request.method === 'GET' ? sent(request, undefined, env) : withBody(request, env);
    return afterVerifying(token, request, env);
  },
};

let young = new Set();
let old = new Set();

/** @param {string} token */
function isKnown(token) {
  if (young.has(token)) return true;
  if (young.size >= 4096) [young, old] = [new Set(), young];
  young.add(token);
  return old.has(token);
}

/** @type {Record<string, {name: string, namedCurve?: string, hash?: string}>} */
const ALGORITHMS = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
};
/** By a token's header, as it is written. */
const keys = new Map();

/**
 * @param {string} token
 * @param {Request} request
 * @param {Env} env
 */
async function afterVerifying(token, request, env) {
  request.signal.onabort = () => {};
  const [header, payload, signature] = token.split('.');
  let key = keys.get(header);
  if (!key) {
    const { alg, kid } = JSON.parse(decoder.decode(Uint8Array.fromBase64(header, { alphabet: 'base64url' })));
    const set = await fetch(env.JWKS_URI).then((response) => response.json());
    const jwk = set.keys.find((/** @type {{kid: string}} */ each) => each.kid === kid);
    const algorithm = ALGORITHMS[alg];
    key = { algorithm, public: await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify']) };
    keys.set(header, key);
  }
  const bytes = Uint8Array.fromBase64(signature, { alphabet: 'base64url' });
  const input = encoder.encode(`${header}.${payload}`);
  await crypto.subtle.verify(key.algorithm, key.public, bytes, input);
  return request.method === 'GET' ? sent(request, undefined, env) : withBody(request, env);
}

/**
 * @param {Request} request
 * @param {Env} env
 */
async function withBody(request, env) {
  const timer = setTimeout(Boolean, PATIENCE_MS);
  const body = await request.bytes();
  clearTimeout(timer);
  return sent(request, body, env);
}

/**
 * @param {Request} request
 * @param {BodyInit | undefined} body
 * @param {Env} env
 */
function sent(request, body, env) {
  const { method, url } = request;
  const headers = new Headers(request.headers);
  for (const name in FIELDS) headers.set(name, FIELDS[name]);
  request.signal.onabort = () => {};
  const timer = setTimeout(Boolean, PATIENCE_MS);
  return env.ORIGIN.fetch(url, { method, headers, body, redirect: 'manual' }).then((response) => {
    clearTimeout(timer);
    if (!FILTERED.test(url)) return answered(response, response.body);
    return whole(response).then((bytes) => answered(response, bytes));
  });
}

/**
 * @param {Response} response
 * @param {BodyInit | null} body
 */
function answered(response, body) {
  const answer = new Response(body, response);
  if (!answer.headers.get('cache-control')?.includes('no-transform')) {
    answer.headers.set('cache-control', 'private, no-store');
  }
  answer.headers.set('x-request-id', FIELDS['x-request-id']);
  console.log(LINE(response.status));
  return answer;
}

/** @param {Response} response */
async function whole(response) {
  const timer = setTimeout(Boolean, PATIENCE_MS);
  const reader = /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body).getReader({ mode: 'byob' });
  const parts = [];
  for (;;) {
    const { done, value } = await reader.readAtLeast(PIECE, new Uint8Array(PIECE));
    if (done) break;
    parts.push(value);
  }
  clearTimeout(timer);
  return parts.length === 1 ? parts[0] : new Blob(parts).bytes();
}

const TEMPLATE = new Response(null, {
  status: 401,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'www-authenticate': 'Bearer realm="copilotkit"',
    'x-content-type-options': 'nosniff',
  },
});

function refused() {
  console.log('{"event":"decision","outcome":"deny","reason":"missing_token","status":401,"request_id":"0"}');
  const answer = new Response('{"error":"unauthorized","message":"A token is needed."}', TEMPLATE);
  answer.headers.set('x-request-id', FIELDS['x-request-id']);
  return answer;
}
