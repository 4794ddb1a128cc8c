// What every refusal has in common, checked in one place.

import assert from 'node:assert/strict';

/** The `error` member of each status that the gate itself answers with. */
const ERRORS = {
  400: 'invalid_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  500: 'misconfigured',
  502: 'bad_gateway',
  503: 'unavailable',
  504: 'gateway_timeout',
};
const CHALLENGE = 'Bearer realm="copilotkit"';

/** `code` is one code, or a list where the interface leaves it open, or absent where the interface names none. */
export function assertRefused(answer, status, code) {
  assert.equal(answer.status, status, `status; the body is ${answer.text}`);
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  const { error, code: given, message, request_id: id, ...rest } = answer.json;
  assert.equal(error, ERRORS[status]);
  if (code) assert.ok([code].flat().includes(given), `code is ${given}, expected ${code}`);
  assert.deepEqual(rest, {}, 'no other member in the body');
  assert.ok(typeof message === 'string' && message.length > 0, 'a message to show');
  assert.ok(typeof id === 'string' && id.length > 0, 'a request id');
  assert.equal(answer.headers['x-request-id'], id, 'the same request id in header and body');
  assertChallenge(answer.headers['www-authenticate'], status, given);
  if (status === 503 || status === 429) assert.match(answer.headers['retry-after'] ?? 'absent', /^[1-9]\d*$/);
}

function assertChallenge(challenge, status, code) {
  if (code === 'missing_token') return assert.equal(challenge, CHALLENGE);
  if (status === 401)
    return assert.ok(challenge?.startsWith(`${CHALLENGE}, error="invalid_token"`), `challenge is ${challenge}`);
  if (code === 'insufficient_scope') return assert.match(challenge ?? 'absent', /error="insufficient_scope"/);
  assert.doesNotMatch(challenge ?? '', /error="(insufficient_scope|invalid_token)"/);
}

/** Runs `act` and checks that nothing reached the origin meanwhile. */
export async function withoutOrigin(origin, act) {
  const before = origin.heard.length;
  const answer = await act();
  assert.deepEqual(
    origin.heard.slice(before).map(({ method, url }) => `${method} ${url}`),
    [],
    'the origin heard nothing',
  );
  return answer;
}

/** Checks that no line of the log holds any of the texts. */
export function assertNotLogged(log, texts) {
  for (const text of texts) {
    const line = log.lines.find((candidate) => candidate.includes(text));
    assert.equal(line, undefined, `the log holds ${text}`);
  }
}
