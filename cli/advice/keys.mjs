// @ts-check
// Advice about issuers, and about secrets and keys.

import { likelyHex } from '../secret-encoding.mjs';

/** @typedef {import('../core.mjs').Facts} Facts */
/** @typedef {import('../project.mjs').Environment} Environment */
/** @typedef {import('../advice.mjs').Advice} Advice */

/** What tells the kinds of a provider's tokens apart. */
const KINDS = /** @type {const} */ (['typ', 'claims', 'required_claims', 'forbidden_claims', 'authorized_parties']);

/**
 * Issuers that look at nothing but the audience.
 *
 * @param {Facts} facts
 */
export function undiscerning({ issuers }) {
  return issuers.flatMap((issuer, index) => {
    if (issuer.audience.length === 0 || KINDS.some((member) => (issuer[member] ?? []).length > 0)) return [];
    const text = `ISSUERS[${index}] has an audience and none of ${KINDS.join(', ')}: which tokens of this provider would it accept? ID tokens, machines and other clients may have the same audience. explain tells what a token looks like`;
    return [{ note: 'any_kind_of_token', text }];
  });
}

/**
 * Secrets whose encoding is probably another: each key is valid, and none of its tokens verifies.
 *
 * @param {Environment} environment
 * @returns {Advice[]}
 */
export function encodings({ settings, local }) {
  return likelyHex(settings, local).map(({ index, name, digits }) => ({
    advice: 'secret_encoding',
    setting: `ISSUERS[${index}].secret`,
    text: `the secret ${name} has ${digits} hex digits and is read as base64url: is secret_encoding = "hex" meant, or "text"?`,
  }));
}

/**
 * @param {Environment} environment
 * @returns {Advice[]}
 */
export function secrets({ isDeployed, required, local, missing, name }) {
  const undeclared = missing.filter((secret) => !required.includes(secret));
  const found = undeclared.map((secret) => ({
    advice: 'undeclared_secret',
    text: `the secret ${secret} is used but not in secrets.required: add it, and wrangler refuses to deploy without it`,
  }));
  if (!isDeployed && name === undefined) {
    for (const secret of required.filter((each) => !Object.hasOwn(local, each))) {
      const text = `the secret ${secret} has no value here: copy .dev.vars.example to .dev.vars`;
      found.push({ advice: 'secret_without_value', text });
    }
  }
  return found;
}

/** What refuses an Ed25519 signature, and what refuses a set for one such key; docs/verify.md has them all. */
const WITHOUT_ED25519 =
  'Spring Security, Nimbus, java-jwt, .NET (JwtBearer), jsonwebtoken, jwks-rsa, HAProxy, mod_auth_openidc and Kubernetes';
const WITHOUT_SETS_OF_BOTH = 'node-jose, Tink and fusionauth-jwt';

/**
 * @param {Environment} environment
 * @returns {Advice[]}
 */
export function assertions({ settings }) {
  const keys = keysOf(settings.vars.ASSERTION_KEY);
  if (!keys.some((key) => key?.crv === 'Ed25519')) return [];
  const isAlone = keys.every((key) => key?.crv === 'Ed25519');
  const signs = keys[0]?.crv === 'Ed25519' ? `${WITHOUT_ED25519} refuse its assertions` : undefined;
  const stands = isAlone ? undefined : `${WITHOUT_SETS_OF_BOTH} refuse a key set that has one beside an ES256 key`;
  const why = [signs, stands].filter(Boolean).join(', and ');
  const text = `ASSERTION_KEY has an Ed25519 key: ${why}. Use ES256 alone, which secrets generate ASSERTION_KEY makes`;
  return [{ advice: 'ed25519_assertions', setting: 'ASSERTION_KEY', text }];
}

/**
 * The keys of a JWK or of a set, as text or as a table; none of what is neither: the core reports that.
 *
 * @param {any} value
 * @returns {{crv?: string}[]}
 */
function keysOf(value) {
  try {
    const parsed = typeof value === 'string' ? JSON.parse(value) : (value ?? {});
    return Array.isArray(parsed.keys) ? parsed.keys : [parsed];
  } catch {
    return [];
  }
}
