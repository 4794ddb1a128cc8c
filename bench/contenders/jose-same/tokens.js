// @ts-check
// Tokens: verified by jose once, remembered for up to five minutes.

import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { clip } from './entry.js';
import {
  CLAIMS_REJECTED,
  INVALID_TOKEN,
  KEYS_UNAVAILABLE,
  TOKEN_EXPIRED,
  TOKEN_NOT_YET_VALID,
  WRONG_AUDIENCE,
} from './refusal.js';

/** @typedef {import('./entry.js').Entry} Entry */
/**
 * What is kept of a token; `owner` is the message of the owner's tag, once it is needed.
 *
 * @typedef {ReturnType<typeof read> & {owner?: DataView<ArrayBuffer>}} Principal
 */

const LEEWAY_S = 30;
const LIFETIME_S = 300;
const MAX_ENTRIES = 4096;
/** Of tokens' text, in one generation. */
const MAX_CHARACTERS = 4 * 1024 * 1024;
const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');
const IDENTITY = [
  ['x-user-id', 'sub'],
  ['x-user-role', 'role'],
  ['x-user-permissions', 'permissions'],
  ['x-user-issuer', 'iss'],
];

export class Tokens {
  /** @type {Map<string, Principal>} */
  #young = new Map();
  /** @type {Map<string, Principal>} */
  #old = new Map();
  #youngCharacters = 0;
  #keys;
  #options;

  /** @param {{ISSUERS: {issuer: string, audience: string}[], JWKS_URI: string}} env */
  constructor({ ISSUERS: [{ issuer, audience }], JWKS_URI }) {
    this.#keys = createRemoteJWKSet(new URL(JWKS_URI));
    this.#options = {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: LEEWAY_S,
      requiredClaims: ['exp', 'sub'],
    };
  }

  /**
   * Who presented `token` before; its times are checked again.
   *
   * @param {string} token
   * @param {Entry} entry
   * @returns {Principal | undefined}
   */
  recall(token, entry) {
    let known = this.#young.get(token);
    if (known === undefined) {
      known = this.#old.get(token);
      if (known === undefined) return undefined;
      this.#old.delete(token);
      this.#remember(token, known);
    }
    const now = Math.floor(Date.now() / 1000);
    if (now - known.since >= LIFETIME_S) {
      this.#young.delete(token);
      return undefined;
    }
    entry.seen(known.seen, 'hit');
    checkTimes(known, now);
    return known;
  }

  /**
   * @param {string} token
   * @param {Entry} entry
   * @returns {Promise<Principal>}
   */
  async verify(token, entry) {
    const { payload, protectedHeader } = await jwtVerify(token, this.#keys, this.#options).catch((error) => {
      // The signature holds, and what the token says may be in the log.
      if (error.payload !== undefined) {
        entry.seen(seen(error.payload, decodeProtectedHeader(token)), 'miss');
        if (error.claim === 'aud') entry.aud = audiences(error.payload.aud);
      }
      throw refusal(error);
    });
    const said = seen(payload, protectedHeader);
    entry.seen(said, 'miss');
    const principal = read(payload, protectedHeader, said);
    checkTimes(principal, principal.since);
    this.#remember(token, principal);
    return principal;
  }

  /**
   * @param {string} token
   * @param {Principal} principal
   */
  #remember(token, principal) {
    if (this.#young.size >= MAX_ENTRIES || this.#youngCharacters + token.length > MAX_CHARACTERS) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngCharacters = 0;
    }
    this.#young.set(token, principal);
    this.#youngCharacters += token.length;
  }
}

/**
 * What the log says of a token.
 *
 * @param {{iss?: string, sub?: string}} claims
 * @param {{kid?: string, alg?: string}} header
 */
const seen = ({ iss, sub }, { kid, alg }) => ({ issuer: clip(iss), sub: clip(sub), kid: clip(kid), alg });

/**
 * The audiences that a token named, as the log has them.
 *
 * @param {string | string[] | undefined} aud
 */
const audiences = (aud) =>
  aud === undefined
    ? null
    : [aud]
        .flat()
        .slice(0, 4)
        .map((name) => /** @type {string} */ (clip(name)));

/**
 * What is kept of a token: all that later requests with it need, ready to use.
 *
 * @param {any} claims
 * @param {{typ?: string}} header
 * @param {import('./entry.js').Seen} seen
 */
function read(claims, { typ }, seen) {
  const { iss, sub, exp, nbf = 0, iat = 0 } = claims;
  if (typ !== undefined && !/^(?:application\/)?(?:at\+)?jwt$/i.test(typ)) {
    throw CLAIMS_REJECTED.because('token_type_not_listed');
  }
  if (typeof sub !== 'string' || sub === '') throw CLAIMS_REJECTED.because('claim_missing', 'sub');
  if ('cnf' in claims) throw CLAIMS_REJECTED.because('bound_token', 'cnf');
  if (claims.events !== null && typeof claims.events === 'object')
    throw CLAIMS_REJECTED.because('event_token', 'events');
  /** @type {[string, string][]} */
  const fields = IDENTITY.map(([name, claim]) => [name, headerValue(claims[claim], claim)]);
  const identity = fields.filter(([, value]) => value !== '');
  if (sub === 'anonymous' || identity.some(([, value]) => value === 'anonymous')) {
    throw CLAIMS_REJECTED.because('identity_claim_type');
  }
  return {
    claims,
    iss,
    sub,
    identity,
    user: identity[0][1],
    scopes: scopes(claims),
    seen,
    exp,
    start: Math.max(nbf, iat),
    since: Math.floor(Date.now() / 1000),
  };
}

/**
 * @param {{exp: number, start: number}} times
 * @param {number} now
 */
function checkTimes({ exp, start }, now) {
  if (now >= exp + LEEWAY_S) throw TOKEN_EXPIRED;
  if (start > now + LEEWAY_S) throw TOKEN_NOT_YET_VALID;
}

/**
 * @param {{scope?: string | string[], scp?: string | string[]}} claims
 * @returns {string[]}
 */
function scopes({ scope = '', scp = '' }) {
  return [scope, scp].flatMap((value) => (Array.isArray(value) ? value : value.split(' ')));
}

/**
 * Visible ASCII: anything else, and in a list the comma, is percent-encoded.
 *
 * @param {unknown} value
 * @param {string} claim
 */
function headerValue(value, claim) {
  if (Array.isArray(value)) return value.map((item) => encode(scalar(item, claim), /[^!-~]|,/gu)).join(',');
  return value === undefined || value === null ? '' : encode(scalar(value, claim), /[^!-~]/gu);
}

/**
 * @param {unknown} value
 * @param {string} claim
 */
function scalar(value, claim) {
  if (typeof value === 'object') throw CLAIMS_REJECTED.because('identity_claim_type', claim);
  return String(value);
}

/**
 * @param {string} value
 * @param {RegExp} outside
 */
const encode = (value, outside) =>
  value
    .replace(/%(?=[0-9a-f]{2})/gi, '%25')
    .replace(outside, (character) => (character === ',' ? '%2C' : encodeURIComponent(character)));

/**
 * What jose has against a token.
 *
 * @param {unknown} error
 */
function refusal(error) {
  if (error instanceof errors.JWTExpired) return TOKEN_EXPIRED;
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return WRONG_AUDIENCE;
    if (error.claim === 'iss') return INVALID_TOKEN.because('unknown_issuer');
    if (error.claim === 'nbf') return TOKEN_NOT_YET_VALID;
    return CLAIMS_REJECTED.because(
      error.reason === 'missing' ? 'claim_missing' : `claim_type_${error.claim}`,
      error.claim,
    );
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return INVALID_TOKEN.because('bad_signature');
  if (error instanceof errors.JWKSNoMatchingKey) return INVALID_TOKEN.because('unknown_key');
  if (error instanceof errors.JOSEAlgNotAllowed) return INVALID_TOKEN.because('algorithm_not_allowed');
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return INVALID_TOKEN.because('token_structure');
  }
  return KEYS_UNAVAILABLE;
}
