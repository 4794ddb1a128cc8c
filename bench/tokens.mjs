// @ts-check
// A provider's keys, new with every run, and tokens signed by them in bulk.

import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';

/** @typedef {keyof typeof KEYS} Alg */

export const ISSUER = 'https://id.bench.example';
export const AUDIENCE = 'urn:copilotkit-gate:bench';
export const USER = {
  sub: 'auth0|652f0c1e8a4f5d0012ab34cd',
  role: 'member',
  permissions: ['threads:read', 'threads:write'],
};

/** Longer than any run. */
const LIFETIME_S = 6 * 3600;

const KEYS = {
  ES256: { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }), digest: 'sha256' },
  RS256: { ...generateKeyPairSync('rsa', { modulusLength: 2048 }), digest: 'sha256' },
  EdDSA: { ...generateKeyPairSync('ed25519'), digest: null },
};

export const JWKS = {
  keys: Object.entries(KEYS).map(([alg, { publicKey }]) => ({
    ...publicKey.export({ format: 'jwk' }),
    kid: kid(alg),
    alg,
    use: 'sig',
  })),
};

/**
 * `count` tokens that nobody has seen before.
 *
 * @param {Alg} alg
 * @param {number} count
 */
export const freshTokens = (alg, count) => Array.from({ length: count }, () => freshToken(alg));

/**
 * One token, with the claims that providers usually write; `changes` go over them.
 *
 * @param {Alg} [alg]
 * @param {object} [changes]
 */
export function freshToken(alg = 'ES256', changes = {}) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: ISSUER,
    aud: [AUDIENCE],
    ...USER,
    azp: 'web-app',
    scope: 'openid profile agents:run',
    iat: now,
    exp: now + LIFETIME_S,
    jti: randomUUID(),
    ...changes,
  };
  const input = `${encode({ alg, typ: 'JWT', kid: kid(alg) })}.${encode(claims)}`;
  const { privateKey, digest } = KEYS[alg];
  const signature = sign(digest, Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/**
 * The same token with a signature that does not hold.
 *
 * @param {string} token
 */
export function forged(token) {
  const [header, payload, signature] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  bytes[9] ^= 1;
  return `${header}.${payload}.${bytes.toString('base64url')}`;
}

/** @param {object} value */
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** @param {string} alg */
function kid(alg) {
  return `bench-${alg.toLowerCase()}`;
}
