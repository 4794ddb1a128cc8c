// @ts-check
// Key pairs and signatures of every algorithm the gate knows, made with node:crypto.

import { constants, createHmac, generateKeyPairSync, sign } from 'node:crypto';

/**
 * A key pair and its public half as a JWK.
 *
 * @typedef {ReturnType<typeof makeKey>} Key
 */

/** @type {Record<string, string>} */
const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/**
 * A key pair for one algorithm, its public half as a JWK with `more` laid over it.
 *
 * @param {string} [alg]
 * @param {{kid?: string, bits?: number} & Record<string, unknown>} [about]
 */
export function makeKey(alg = 'ES256', { kid = `${alg}-key`, bits = 2048, ...more } = {}) {
  const { publicKey, privateKey } = pair(alg, bits);
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig', ...more };
  return {
    kid,
    alg,
    publicKey,
    jwk,
    sign: (/** @type {string} */ input, as = alg) => signature(as, privateKey, input),
  };
}

/**
 * A shared secret; `text` is what the gate's secret binding holds.
 *
 * @param {string} alg
 * @param {Buffer} bytes
 */
export function makeSecret(alg, bytes) {
  return {
    alg,
    text: bytes.toString('base64url'),
    sign: (/** @type {string} */ input, as = alg) => hmac(as, bytes, input),
  };
}

/**
 * @param {string} alg
 * @param {import('node:crypto').BinaryLike} secret
 * @param {string} input
 */
export function hmac(alg, secret, input) {
  return createHmac(hash(alg), secret).update(input).digest();
}

/**
 * @param {string} alg
 * @param {number} bits
 */
function pair(alg, bits) {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  if (alg in CURVES) return generateKeyPairSync('ec', { namedCurve: CURVES[alg] });
  return generateKeyPairSync('rsa', { modulusLength: bits });
}

/**
 * @param {string} alg
 * @param {import('node:crypto').KeyObject} key
 * @param {string} input
 */
function signature(alg, key, input) {
  const data = Buffer.from(input);
  if (alg === 'EdDSA') return sign(null, data, key);
  if (alg.startsWith('ES')) return sign(hash(alg), data, { key, dsaEncoding: 'ieee-p1363' });
  const padding = alg.startsWith('PS') ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  return sign(hash(alg), data, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}

/** @param {string} alg */
function hash(alg) {
  return `sha${alg.slice(2)}`;
}
