// @ts-check
// How the secrets of issuers are written: text, hex and base64url look alike, and each makes another key.

/** @typedef {import('./core.mjs').Settings} Settings */
/** @typedef {{secret?: string | string[], secret_encoding?: string}} Issuer */

const ENCODINGS = ['base64url', 'text', 'hex'];

/**
 * The issuers as the settings write them, which may be as a string of JSON.
 *
 * @param {Settings} settings
 * @returns {Issuer[]}
 */
export function issuersOf({ vars: { ISSUERS = [] } }) {
  const issuers = typeof ISSUERS === 'string' ? JSON.parse(ISSUERS) : ISSUERS;
  return Array.isArray(issuers) ? issuers : [issuers];
}

/**
 * The names of an issuer's secrets.
 *
 * @param {Issuer | undefined} issuer
 */
export const secretsOf = (issuer) => [issuer?.secret ?? []].flat();

/**
 * The bytes of the key that an issuer's first secret makes.
 *
 * @param {Settings} settings
 * @param {number} index
 */
export function secretBytes(settings, index) {
  const issuer = issuersOf(settings)[index];
  const value = String(settings.vars[secretsOf(issuer)[0]]);
  const { secret_encoding: encoding = 'base64url' } = issuer;
  return encoding === 'text' ? Buffer.from(value) : Buffer.from(value.trim(), /** @type {BufferEncoding} */ (encoding));
}

/**
 * Secrets of issuers whose values are not here.
 *
 * @param {Settings} settings
 * @param {string[]} missing
 */
export const secretsWithoutValue = (settings, missing) =>
  [...new Set(issuersOf(settings).flatMap(secretsOf))].filter((name) => missing.includes(name));

/**
 * The encoding with which a token's signature verifies, if another than that of the settings does: `{index, encoding}`.
 * `holds` tells whether it verifies under changed settings: the core decides that, here as everywhere.
 *
 * @param {{
 *   settings: Settings, facts: import('./core.mjs').Facts, missing: string[], holds: (changed: Settings) => Promise<boolean>,
 * }} about
 */
export async function otherEncoding({ settings, facts, missing, holds }) {
  const issuers = issuersOf(settings);
  for (const [index, { keys }] of facts.issuers.entries()) {
    const isHere = secretsOf(issuers[index]).some((secret) => !missing.includes(secret));
    if (keys !== 'secret' || !isHere) continue;
    const { secret_encoding: current = 'base64url' } = issuers[index];
    for (const encoding of ENCODINGS.filter((each) => each !== current)) {
      const ISSUERS = issuers.with(index, { ...issuers[index], secret_encoding: encoding });
      if (await holds({ ...settings, vars: { ...settings.vars, ISSUERS } })) return { index, encoding };
    }
  }
  return undefined;
}

/**
 * Secrets that are read as base64url and look like hex: `{index, name, digits}`. The values stay here.
 *
 * @param {Settings} settings
 * @param {Record<string, string>} local
 */
export function likelyHex(settings, local) {
  return issuersOf(settings).flatMap((issuer, index) => {
    if ((issuer?.secret_encoding ?? 'base64url') !== 'base64url') return [];
    return secretsOf(issuer).flatMap((name) => {
      const value = String(local[name] ?? '').trim();
      return /^([0-9a-f]{2}){32,}$|^([0-9A-F]{2}){32,}$/.test(value) ? [{ index, name, digits: value.length }] : [];
    });
  });
}
