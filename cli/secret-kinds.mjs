// @ts-check
// The secrets of the gate, each with its purpose and a generator.

import { generateKeyPairSync, randomBytes } from 'node:crypto';

export const SECRETS = {
  THREAD_KEY: {
    purpose: 'binds threads to their users',
    without: 'threads are shared: anyone who knows a thread id can continue the thread, and threads/* is closed',
    make: () => randomBytes(32).toString('base64url'),
  },
  ASSERTION_KEY: {
    purpose: 'signs the assertion that proves to the upstream that a request came through the gate',
    without: 'no assertion is sent',
    make: () => JSON.stringify(newSigningKey()),
  },
  ORIGIN_HEADERS: {
    purpose: 'header fields that only the upstream sees, such as a service token: a JSON object',
    without: 'none are sent',
    make: undefined,
  },
};

/**
 * @param {string} name
 * @returns {{purpose: string, without: string, make: undefined | (() => string)} | undefined}
 */
export const secretOf = (name) =>
  Object.hasOwn(SECRETS, name) ? SECRETS[/** @type {keyof typeof SECRETS} */ (name)] : undefined;

/**
 * What a secret is for; any other name is a key shared with an issuer.
 *
 * @param {string} name
 */
export const purposeOf = (name) => secretOf(name)?.purpose ?? 'an HMAC key that an issuer of ISSUERS names';

/**
 * A sound value for checking settings whose secrets are elsewhere. It protects nothing.
 *
 * @param {string} name
 */
export function standIn(name) {
  if (name === 'ORIGIN_HEADERS') return '{}';
  // Long enough for an issuer's HMAC key in each `secret_encoding`.
  return secretOf(name)?.make?.() ?? randomBytes(64).toString('hex');
}

/** A private JWK for ES256. */
export function newSigningKey() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
}
