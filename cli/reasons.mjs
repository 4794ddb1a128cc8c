// @ts-check
// The exact reasons of the decision log, each with its meaning, its basis and the remedy.

/**
 * @param {string} means
 * @param {string} basis
 * @param {string} change
 */
const reason = (means, basis, change) => ({ means, basis, change });

/** @type {Record<string, ReturnType<typeof reason>>} */
export const REASONS = {
  ok: reason('the request was allowed', 'RULES', 'nothing'),
  malformed_url: reason('the URL cannot be parsed', 'RFC 3986', 'send a plain absolute URL'),
  malformed_query: reason('a query member occurs twice or is badly encoded', 'RFC 3986', 'send each member once'),
  unforwardable_request: reason('the request cannot be forwarded in this form', 'RFC 9110', 'send no body with GET'),
  malformed_json: reason('the body is not strict JSON', 'RFC 8259', 'send one JSON object in UTF-8'),
  repeated_member: reason('a member name occurs twice in the body', 'RFC 8259 section 4', 'send each name once'),
  body_not_an_object: reason('the body is JSON but not an object', "the runtime's interface", 'send one JSON object'),
  body_member: reason(
    'a member of the body is missing or of the wrong type',
    "the runtime's interface",
    "send the body that CopilotKit's client sends",
  ),
  body_thread_id: reason(
    'threadId is missing, empty, too long or not a string',
    'docs/threads.md',
    'send 1 to 256 bytes',
  ),
  body_form: reason(
    'an uploaded form cannot be read in one way only, or has no file called audio',
    'RFC 7578; docs/client.md#voice',
    "correct the client; CopilotKit's own sends one file",
  ),
  body_incomplete: reason('the client disconnected while it sent the body', 'RFC 9112', "check the client's network"),
  multiple_credentials: reason(
    'there are two different tokens, or a token cookie lacks a part',
    'RFC 6750 section 2',
    'send one token: in Authorization, or in a cookie',
  ),
  missing_token: reason(
    'there is no token',
    'RFC 6750 section 3',
    'send Authorization: Bearer <token>, or let a rule allow "anyone"',
  ),
  unsupported_scheme: reason(
    'Authorization has another scheme than Bearer',
    'RFC 6750 section 2.1',
    'send Bearer <token>',
  ),
  token_in_query: reason('the token is in the query', 'RFC 6750 section 2.3', 'send it in the Authorization header'),
  token_syntax: reason(
    'the token is empty or has characters that a token cannot have',
    'RFC 6750 section 2.1',
    'check how the page builds the header: "undefined" and quotes are common',
  ),
  token_too_long: reason('the token is longer than 16 KiB', "the gate's limit", 'remove claims from the token'),
  token_structure: reason(
    'the token is not a JWT: three parts of base64url',
    'RFC 7515 section 7.1',
    'ask the provider for a JWT access token: an opaque one cannot be verified',
  ),
  token_header: reason("the token's header is not strict JSON", 'RFC 7515 section 4', 'ask the provider'),
  token_payload: reason("the token's payload is not strict JSON", 'RFC 7519 section 7.2', 'ask the provider'),
  repeated_claim: reason('a claim occurs twice', 'RFC 7519 section 4', 'ask the provider'),
  critical_header: reason(
    'the header requires an extension (crit, b64)',
    'RFC 7515 section 4.1.11',
    'ask the provider for plain JWTs',
  ),
  algorithm_not_allowed: reason(
    "the token's alg is not accepted",
    'ISSUERS[].algorithms; RFC 8725 section 3.1',
    "add the algorithm to the issuer's table, if the provider uses it on purpose",
  ),
  unknown_issuer: reason(
    "the token's iss is not a trusted issuer",
    'ISSUERS[].issuer; RFC 7519 section 4.1.1',
    'compare iss with ISSUERS exactly: scheme, slash at the end, tenant',
  ),
  encrypted_token: reason(
    'the token is encrypted (a JWE)',
    'RFC 7516',
    'ask the provider for a signed token: set an audience, or sign the session',
  ),
  nested_token: reason('cty says that the payload is a token itself', 'RFC 7519 section 5.2', 'send the inner token'),
  missing_issuer: reason(
    'the token has no iss',
    'ISSUERS[].accept_missing_iss',
    'have the provider write iss, or set accept_missing_iss = true',
  ),
  signature_length: reason(
    'the signature has a length that its algorithm cannot have',
    'RFC 7518 section 3',
    'encode ECDSA signatures as R and S of fixed width, not as DER',
  ),
  unusable_key: reason(
    'the set has the key of this kid, but the gate does not use it',
    'RFC 7517 section 4',
    'see the keys event in the log, or run check --live',
  ),
  key_of_another_issuer: reason(
    'the key of this kid belongs to another issuer',
    'ISSUERS[].jwks_uri',
    'use the key set of the version of the tokens (Entra ID: v1 or v2)',
  ),
  unknown_key: reason(
    'the issuer publishes no key with this kid',
    'RFC 7517 section 4.5',
    "compare kid with the issuer's key set: check --live shows it",
  ),
  unfit_key: reason(
    'the key with this kid must not be used for this alg',
    'RFC 7517 section 4; RFC 8725 section 3.1',
    'check use, key_ops, alg and the strength of the key: check --live shows them',
  ),
  ambiguous_key: reason('more than one key fits', 'RFC 7515 section 4.1.4', 'let the provider name the key by kid'),
  bad_signature: reason(
    'the signature does not verify',
    'RFC 7515 section 5.2',
    'the token was changed, or another key with the same kid signed it',
  ),
  token_expired: reason(
    'the token has expired, or is older than max_age',
    'RFC 7519 section 4.1.4; ISSUERS[].max_age',
    'renew the token in the page; compare clocks',
  ),
  token_not_yet_valid: reason(
    'the token is not valid yet',
    'RFC 7519 section 4.1.5; ISSUERS[].leeway',
    'compare clocks',
  ),
  wrong_audience: reason(
    'aud does not name this gate',
    'ISSUERS[].audience; RFC 7519 section 4.1.3',
    "request a token for the gate's API, or correct audience",
  ),
  wrong_issuer: reason('the tenant is not listed', 'ISSUERS[].tenants', 'add the tenant, if its users may enter'),
  revoked_token: reason(
    'the token, its user or its session was revoked',
    'REVOKED',
    'sign in again, or remove the entry',
  ),
  claim_type: reason('a claim has the wrong type', 'RFC 7519 section 4.1', 'ask the provider'),
  claim_missing: reason(
    'a required claim is absent',
    'ISSUERS[].required_claims; IDENTITY; RFC 7519 section 4.1',
    'let the provider add the claim, or require another',
  ),
  claim_value_not_listed: reason(
    'a claim has none of the values that it must have',
    'ISSUERS[].claims',
    'send the right kind of token, or correct claims',
  ),
  token_type_not_listed: reason(
    'the token is of another kind (typ)',
    'ISSUERS[].typ; RFC 8725 section 3.11',
    'send an access token, or list its typ',
  ),
  authorized_party_not_listed: reason(
    'the token was issued to another client',
    'ISSUERS[].authorized_parties',
    'add the client, if its tokens may be used here',
  ),
  authorized_party_missing: reason(
    'the token names no client (azp, client_id, appid or cid)',
    'ISSUERS[].authorized_parties',
    'send an access token of a listed client, or use audience',
  ),
  claim_forbidden: reason(
    'the token has a claim that the issuer forbids',
    'ISSUERS[].forbidden_claims',
    'send the kind of token that is meant, or take the claim off the list',
  ),
  refresh_token: reason(
    'the token calls itself a refresh token',
    'RFC 6749 section 1.5',
    'send the access token; a refresh token is for its issuer alone',
  ),
  machine_token: reason(
    "the token's subject is its own client",
    'ISSUERS[].machines',
    'send the token of a user, or set machines = true',
  ),
  time_in_milliseconds: reason(
    'exp, nbf or iat is in milliseconds',
    'RFC 7519 section 2 (NumericDate)',
    'write it in seconds at the provider',
  ),
  identity_claim_type: reason(
    'a claim that becomes a header or that a rule reads is an object or has the value "anonymous"',
    'IDENTITY',
    'map a string, a number or a list of them',
  ),
  bound_token: reason(
    'the token is bound to a key (cnf)',
    'RFC 9449; RFC 8705; RFC 7800',
    'switch DPoP or certificate binding off for this client',
  ),
  event_token: reason('the token is a security event, such as a logout token', 'RFC 8417', 'send an access token'),
  unrevocable_token: reason(
    'jti, sub or the session (sid, session_id) is too long to be revoked',
    'REVOKED',
    'shorten it at the provider',
  ),
  insufficient_scope: reason(
    'the token lacks a scope that a rule requires',
    'RULES[].require; RFC 6750 section 3.1',
    'request the scope, or correct the rule',
  ),
  origin_not_allowed: reason(
    'a page of another site sent this',
    'ALLOWED_ORIGINS',
    "list the page's origin, if it is yours",
  ),
  rule_denied: reason(
    'a rule or a default denies this operation to this caller',
    'RULES',
    'grant the user the requirements of the rule, or correct the rule',
  ),
  tool_denied: reason('the rule does not list the tool', 'RULES[].tools', 'add the tool'),
  not_found: reason('there is no such operation', 'BASE_PATH; docs/rules.md#operations', 'correct the path'),
  unknown_operation: reason(
    'the gate knows no operation with this method and path; the runtime may be newer than the gate',
    'docs/operate.md#i-upgraded-copilotkit-and-something-is-404; docs/rules.md#operations',
    'correct the path, or describe the route in OPERATIONS and open it with a rule',
  ),
  method_not_allowed: reason(
    'the operation does not have that method',
    'docs/rules.md#operations',
    'use the method that Allow names',
  ),
  request_timeout: reason('the body did not arrive in time', 'BODY_TIMEOUT_SECONDS', "check the client's network"),
  payload_too_large: reason(
    'the body is too large',
    'MAX_BODY_BYTES, MAX_STRANGER_BODY_BYTES',
    'send less, or raise the limit',
  ),
  too_many_members: reason('the body has too many members', "the gate's limit of 100000", 'send less'),
  unsupported_media_type: reason(
    'the body is not application/json',
    'RFC 9110 section 8.3',
    'send Content-Type: application/json',
  ),
  rate_limited: reason('the caller asked too often', 'RATE_LIMIT; RULES[].limit', 'wait, or raise the limit'),
  misconfigured: reason('a setting is wrong', 'docs/settings.md', 'run check, or read the setting in the log'),
  assertion_failed: reason('the assertion could not be signed', 'ASSERTION_KEY', 'secrets generate ASSERTION_KEY'),
  bad_gateway: reason(
    'the upstream cannot be reached, or its answer does not have the format of the runtime',
    'ORIGIN_URL, ORIGIN_MODE',
    'check the upstream',
  ),
  unreadable_answer: reason(
    'events are to be hidden, and the answer to a run is neither a stream of events nor JSON, or is compressed',
    'HIDE_EVENTS, ERROR_MESSAGES',
    'let the runtime answer with text/event-stream',
  ),
  keys_unavailable: reason(
    'the gate has no usable key set of the issuer',
    'ISSUERS[]; JWKS_STALE_LIMIT',
    'run check --live for the cause',
  ),
  revocation_unavailable: reason('REVOKED could not be read', 'REVOKED', 'check KV'),
  gateway_timeout: reason(
    'the upstream did not answer in time',
    'ORIGIN_TIMEOUT_SECONDS',
    'check the upstream, or raise the limit',
  ),
  coded_answer: reason(
    "the upstream's answer has a content coding that the gate cannot undo, and something in it must be hidden",
    'RFC 9110 section 8.4',
    'let the upstream compress with gzip, or not at all',
  ),
  upstream_headers_too_large: reason(
    'the upstream answered 431: the header fields are more than it takes',
    'RFC 6585 section 5; IDENTITY',
    'shorten the lists in IDENTITY with only, or raise the limit of the upstream (docs/origin.md)',
  ),
  client_gone: reason(
    'the client disconnected before it got an answer',
    'RFC 9110',
    'nothing, unless it happens often',
  ),
};

/**
 * What a reason means; `claim_type_aud` is a `claim_type`.
 *
 * @param {string} name
 * @returns {ReturnType<typeof reason> | undefined}
 */
export function explained(name) {
  if (Object.hasOwn(REASONS, name)) return REASONS[name];
  return String(name).startsWith('claim_type_') ? REASONS.claim_type : undefined;
}
