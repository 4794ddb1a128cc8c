// @ts-check
// Refusals: what the caller sees, and the reason that only the log has.

/** @typedef {{reason?: string, challenge?: string, headers?: Record<string, string>}} Details */

class Refusal {
  /**
   * The refusal of which this one is a copy.
   *
   * @type {Refusal | undefined}
   */
  usual = undefined;
  /** @type {Response | undefined} */
  kept = undefined;

  /**
   * @param {number} status
   * @param {string} error
   * @param {string} code
   * @param {string} message
   * @param {Details} details
   */
  constructor(status, error, code, message, { reason = code, challenge, headers = {} } = {}) {
    this.status = status;
    this.error = error;
    this.code = code;
    this.message = message;
    this.reason = reason;
    this.headers = challenge ? { ...headers, 'www-authenticate': challenge } : headers;
  }

  /**
   * The same with another reason in the log, which may name the claim that is wrong.
   *
   * @param {string} reason
   * @param {string} [claim]
   * @returns {Refusal}
   */
  because(reason, claim) {
    return Object.assign(Object.create(this), { reason, claim, usual: this });
  }

  /**
   * An answer without a body, of which others are copied: that costs a third of building one from a list of fields.
   *
   * @type {Response}
   */
  get template() {
    if (this.usual) return this.usual.template;
    this.kept ??= new Response(null, {
      status: this.status,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        ...this.headers,
      },
    });
    return this.kept;
  }
}

/** @type {Details} */
const INVALID = { challenge: 'Bearer realm="copilotkit", error="invalid_token"' };
/**
 * @param {string} code
 * @param {string} message
 * @param {Details} [details]
 */
const unauthorized = (code, message, details = INVALID) => new Refusal(401, 'unauthorized', code, message, details);

export const MISSING_TOKEN = unauthorized('missing_token', 'Sign in first: send Authorization: Bearer <token>.', {
  challenge: 'Bearer realm="copilotkit"',
});
export const INVALID_TOKEN = unauthorized('invalid_token', 'The token is not valid.');
export const TOKEN_EXPIRED = unauthorized('token_expired', 'The token has expired; sign in again.');
export const TOKEN_NOT_YET_VALID = unauthorized('token_not_yet_valid', 'The token is not valid yet.');
export const WRONG_AUDIENCE = unauthorized('wrong_audience', 'The token is meant for another audience.');
export const CLAIMS_REJECTED = unauthorized('claims_rejected', "The token's claims are not acceptable here.");
export const MULTIPLE_CREDENTIALS = new Refusal(
  400,
  'invalid_request',
  'multiple_credentials',
  'Send exactly one credential, in one Authorization header.',
  { challenge: 'Bearer realm="copilotkit", error="invalid_request"' },
);
export const MALFORMED_REQUEST = new Refusal(
  400,
  'invalid_request',
  'malformed_request',
  'The request cannot be read.',
  { reason: 'malformed_query' },
);
export const MALFORMED_BODY = new Refusal(
  400,
  'invalid_request',
  'malformed_body',
  'The body cannot be read: send one JSON object with unique member names.',
  { reason: 'malformed_json' },
);
export const MALFORMED_THREAD = new Refusal(
  400,
  'invalid_request',
  'malformed_body',
  'threadId must be a string of 1 to 256 bytes.',
  { reason: 'body_thread_id' },
);
export const RULE_DENIED = new Refusal(403, 'forbidden', 'rule_denied', 'You may not do this.');
/** @param {string | undefined} scope */
export const insufficientScope = (scope) =>
  new Refusal(403, 'forbidden', 'insufficient_scope', 'The token lacks a scope that this operation needs.', {
    challenge: `Bearer realm="copilotkit", error="insufficient_scope", scope="${scope}"`,
  });
export const NOT_FOUND = new Refusal(404, 'not_found', 'not_found', 'There is no such operation here.');
/**
 * A route that this gate does not know; the log has its method and path.
 *
 * @param {string} method
 * @param {string} path
 */
export const unknownOperation = (method, path) =>
  Object.assign(NOT_FOUND.because('unknown_operation'), { method, path });
/** @param {string} allow */
export const methodNotAllowed = (allow) =>
  new Refusal(405, 'method_not_allowed', 'method_not_allowed', 'This operation does not have that method; see Allow.', {
    headers: { allow },
  });
export const REQUEST_TIMEOUT = new Refusal(
  408,
  'request_timeout',
  'request_timeout',
  'The body did not arrive in time.',
);
export const PAYLOAD_TOO_LARGE = new Refusal(413, 'payload_too_large', 'payload_too_large', 'The body is too large.');
export const UNSUPPORTED_MEDIA_TYPE = new Refusal(
  415,
  'unsupported_media_type',
  'unsupported_media_type',
  'Send application/json.',
);
export const BAD_GATEWAY = new Refusal(
  502,
  'bad_gateway',
  'bad_gateway',
  'The runtime behind the gate cannot be reached.',
);
export const KEYS_UNAVAILABLE = new Refusal(
  503,
  'unavailable',
  'keys_unavailable',
  'The token cannot be verified at the moment; try again later.',
  { headers: { 'retry-after': '30' } },
);
export const GATEWAY_TIMEOUT = new Refusal(
  504,
  'gateway_timeout',
  'gateway_timeout',
  'The runtime behind the gate did not answer in time.',
);

/**
 * Logs a refusal, and makes its answer.
 *
 * @param {unknown} refusal
 * @param {import('./entry.js').Entry} entry
 */
export function refuse(refusal, entry) {
  if (!(refusal instanceof Refusal)) throw refusal;
  entry.deny(refusal);
  const { error, code, message } = refusal;
  const body = JSON.stringify({ error, code, message, request_id: entry.requestId });
  const response = new Response(body, refusal.template);
  response.headers.set('x-request-id', entry.requestId);
  return response;
}
