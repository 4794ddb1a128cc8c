// The platform's part: the calls that the gate makes of workerd on these operations, in JavaScript, and nothing between them.
// It verifies and decides nothing. No gate with the same duties can be faster than this.

const encoder = new TextEncoder();
const head = new Uint8Array(16384);
const decoder = new TextDecoder();

const FIELDS = {
  'x-user-id': 'auth0|000000000000000000000000',
  'x-user-role': 'member',
  'x-user-permissions': 'threads:read,threads:write',
  'x-forwarded-proto': 'http',
  'x-forwarded-host': 'app.example.com',
  'x-request-id': '0000000000000000-00000000',
};
const PATIENCE_MS = 60_000;
const LINE = (status) =>
  `{"event":"decision","outcome":"allow","reason":"ok","status":${status},"operation":"inspector/metadata","issuer":"https://id.bench.example","sub":"auth0|000000000000000000000000","kid":"bench-es256","alg":"ES256","cache":"hit","upstream_ms":0,"request_id":"0000000000000000-00000000"}`;

export default {
  fetch(request, env) {
    const { headers } = request;
    if (!headers.has('authorization')) return refused();
    let text = `${request.method} ${request.url}\n`;
    headers.forEach((value, name) => {
      text += `${name}:${value}\n`;
    });
    decoder.decode(head.subarray(0, encoder.encodeInto(text, head).written));
    if (request.method === 'GET') return sent(request, new Request(request), env);
    return withBody(request, env);
  },
};

async function withBody(request, env) {
  const timer = setTimeout(Boolean, PATIENCE_MS);
  const body = new Uint8Array(await request.arrayBuffer());
  clearTimeout(timer);
  const { method, headers, signal } = request;
  return sent(request, new Request(request.url, { method, headers, body, signal, redirect: 'manual' }), env);
}

function sent(request, rebuilt, env) {
  for (const name in FIELDS) rebuilt.headers.set(name, FIELDS[name]);
  request.signal.onabort = () => {};
  const timer = setTimeout(Boolean, PATIENCE_MS);
  return env.ORIGIN.fetch(rebuilt).then((response) => {
    clearTimeout(timer);
    const answer = new Response(response.body, response);
    if (!answer.headers.get('cache-control')?.includes('no-transform')) {
      answer.headers.set('cache-control', 'private, no-store');
    }
    answer.headers.set('x-request-id', FIELDS['x-request-id']);
    console.log(LINE(response.status));
    return answer;
  });
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
