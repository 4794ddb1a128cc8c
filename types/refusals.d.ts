// What callers see of a refusal, and the reasons of the decision log. docs/operate.md explains each.
// Written from src/wire/refusal.rs, src/wire/fault.rs and src/gate/record.rs by
// `RENEW_TYPES=1 cargo test --test native types::`.

/** Each `error` with its `code`s. */
export interface RefusalCodes {
  invalid_request: 'malformed_request' | 'multiple_credentials' | 'malformed_body';
  unauthorized: 'missing_token' | 'invalid_token' | 'token_expired' | 'token_not_yet_valid' | 'wrong_audience' | 'wrong_issuer' | 'revoked_token' | 'claims_rejected';
  forbidden: 'insufficient_scope' | 'rule_denied' | 'origin_not_allowed';
  not_found: 'not_found';
  method_not_allowed: 'method_not_allowed';
  request_timeout: 'request_timeout';
  payload_too_large: 'payload_too_large';
  unsupported_media_type: 'unsupported_media_type';
  rate_limited: 'rate_limited';
  misconfigured: 'misconfigured';
  bad_gateway: 'bad_gateway';
  unavailable: 'keys_unavailable' | 'revocation_unavailable';
  gateway_timeout: 'gateway_timeout';
}

export type RefusalError = keyof RefusalCodes;

export type RefusalCode = RefusalCodes[RefusalError];

/** The JSON body of a refusal. */
export type RefusalBody = {
  [E in RefusalError]: { error: E; code: RefusalCodes[E]; message: string; request_id: string };
}[RefusalError];

/** The `reason` of a decision line in the log. */
export type LogReason =
  | 'algorithm_not_allowed'
  | 'ambiguous_key'
  | 'assertion_failed'
  | 'authorized_party_missing'
  | 'authorized_party_not_listed'
  | 'bad_gateway'
  | 'bad_signature'
  | 'body_form'
  | 'body_incomplete'
  | 'body_member'
  | 'body_not_an_object'
  | 'body_thread_id'
  | 'bound_token'
  | 'claim_forbidden'
  | 'claim_missing'
  | 'claim_type'
  | 'claim_type_aud'
  | 'claim_type_exp'
  | 'claim_type_iat'
  | 'claim_type_iss'
  | 'claim_type_jti'
  | 'claim_type_nbf'
  | 'claim_type_sub'
  | 'claim_value_not_listed'
  | 'client_gone'
  | 'coded_answer'
  | 'critical_header'
  | 'encrypted_token'
  | 'event_token'
  | 'gateway_timeout'
  | 'identity_claim_type'
  | 'insufficient_scope'
  | 'key_of_another_issuer'
  | 'keys_unavailable'
  | 'machine_token'
  | 'malformed_json'
  | 'malformed_query'
  | 'malformed_url'
  | 'method_not_allowed'
  | 'misconfigured'
  | 'missing_issuer'
  | 'missing_token'
  | 'multiple_credentials'
  | 'nested_token'
  | 'not_found'
  | 'ok'
  | 'origin_not_allowed'
  | 'payload_too_large'
  | 'rate_limited'
  | 'refresh_token'
  | 'repeated_claim'
  | 'repeated_member'
  | 'request_timeout'
  | 'revocation_unavailable'
  | 'revoked_token'
  | 'rule_denied'
  | 'signature_length'
  | 'time_in_milliseconds'
  | 'token_expired'
  | 'token_header'
  | 'token_in_query'
  | 'token_not_yet_valid'
  | 'token_payload'
  | 'token_structure'
  | 'token_syntax'
  | 'token_too_long'
  | 'token_type_not_listed'
  | 'too_many_members'
  | 'tool_denied'
  | 'unfit_key'
  | 'unforwardable_request'
  | 'unknown_issuer'
  | 'unknown_key'
  | 'unknown_operation'
  | 'unreadable_answer'
  | 'unrevocable_token'
  | 'unsupported_media_type'
  | 'unsupported_scheme'
  | 'unusable_key'
  | 'upstream_headers_too_large'
  | 'wrong_audience'
  | 'wrong_issuer';
