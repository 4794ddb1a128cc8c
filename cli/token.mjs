// @ts-check
// Tokens from throw-away keys.

import { constants, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/**
 * A key that signs tokens; one of a shared secret has neither `kid` nor `jwk`.
 *
 * @typedef {{alg: string, kid?: string, jwk?: object, sign: (input: string) => Buffer}} SigningKey
 */
/** @typedef {Record<string, any>} Claims */
/**
 * What a token must have for an issuer.
 *
 * @typedef {Pick<
 *   import('./core.mjs').IssuerFacts, 'issuer' | 'tenants' | 'audience' | 'authorized_parties' | 'required_claims' | 'claims'
 * >} Accepts
 */

/** @type {Record<string, string>} */
const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
export const ALGORITHMS = [...Object.keys(CURVES), ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA']];

/**
 * A key that exists as long as this process: `jwk` is its public half, `sign` makes a JWS signature.
 *
 * @param {string} [alg]
 */
export function throwAwayKey(alg = 'ES256') {
  const { publicKey, privateKey } = pair(alg);
  const kid = randomBytes(8).toString('hex');
  return {
    alg,
    kid,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' },
    sign: (/** @type {string} */ input) => signature(alg, privateKey, input),
  };
}

/**
 * The algorithm of those that an issuer accepts with which a command signs.
 *
 * @param {string[]} algorithms
 */
export const preferredAlgorithm = (algorithms) => (algorithms.includes('ES256') ? 'ES256' : algorithms[0]);

/**
 * A key out of the bytes of a shared secret.
 *
 * @param {string} alg
 * @param {Buffer} bytes
 * @returns {SigningKey}
 */
export function sharedKey(alg, bytes) {
  return {
    alg,
    sign: (input) =>
      createHmac(`sha${alg.slice(2)}`, bytes)
        .update(input)
        .digest(),
  };
}

/**
 * A compact JWS over these claims.
 *
 * @param {SigningKey} key
 * @param {Claims} claims
 * @param {{typ?: string}} [header]
 */
export function mintToken(key, claims, { typ = 'at+jwt' } = {}) {
  const header = { alg: key.alg, typ, ...(key.kid && { kid: key.kid }) };
  /** @param {object} value */
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${key.sign(input).toString('base64url')}`;
}

/**
 * Claims that an issuer's settings (of the core's `facts`) accept; `claims` are laid over them.
 *
 * @param {Accepts} issuer
 * @param {{sub?: string, at: number, lifetime?: number, claims?: Claims}} more
 * @returns {Claims}
 */
export function claimsFor(issuer, { sub, at, lifetime = 300, claims = {} }) {
  const [tenant] = issuer.tenants;
  /** @type {Claims} */
  const base = {
    iss: issuer.issuer.replace('{tenantid}', tenant),
    ...(tenant !== undefined && { tid: tenant }),
    ...(issuer.audience.length > 0 && { aud: issuer.audience[0] }),
    ...(issuer.authorized_parties.length > 0 && { azp: issuer.authorized_parties[0] }),
    ...(sub !== undefined && { sub }),
    iat: at,
    exp: at + lifetime,
  };
  for (const steps of issuer.required_claims) if (valueAt(base, steps) === undefined) put(base, steps, 'stand-in');
  for (const [steps, [value]] of issuer.claims) put(base, steps, value);
  return { ...base, ...claims };
}

/**
 * @param {Claims} object
 * @param {string[]} path
 * @returns {unknown}
 */
const valueAt = (object, path) => path.reduce((value, step) => value?.[step], object);

/**
 * @param {Claims} object
 * @param {string[]} path
 * @param {unknown} value
 */
function put(object, path, value) {
  const [first, ...rest] = path;
  if (rest.length === 0) object[first] = value;
  else {
    if (typeof object[first] !== 'object') object[first] = {};
    put(object[first], rest, value);
  }
}

/** @param {string} alg */
function pair(alg) {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  if (alg in CURVES) return generateKeyPairSync('ec', { namedCurve: CURVES[alg] });
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

/**
 * @param {string} alg
 * @param {import('node:crypto').KeyObject} key
 * @param {string} input
 */
function signature(alg, key, input) {
  const data = Buffer.from(input);
  if (alg === 'EdDSA') return sign(null, data, key);
  const hash = `sha${alg.slice(2)}`;
  if (alg.startsWith('ES')) return sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
  const padding = alg.startsWith('PS') ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  return sign(hash, data, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}
