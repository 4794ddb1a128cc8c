// @ts-check
// What is known of a token besides the decision.

import { decide } from '../core.mjs';
import { lifetimeOf, looksOf, remedyOf } from '../looks.mjs';
import { explained } from '../reasons.mjs';
import { otherEncoding, secretsWithoutValue } from '../secret-encoding.mjs';

/** @typedef {import('../core.mjs').Settings} Settings */
/** @typedef {import('../core.mjs').Facts} Facts */
/** @typedef {import('../core.mjs').Told} Told */
/** @typedef {ReturnType<typeof about> & Awaited<ReturnType<typeof ofSecrets>>} Seen */

/**
 * What the token says, what it looks like, and how long it lives.
 *
 * @param {string} token
 * @param {string} reason
 */
export function about(token, reason) {
  const says = saysOf(token);
  return {
    says,
    looks: looksOf(token, says, reason),
    lifetime: lifetimeOf(says),
    change: remedyOf(token, says, reason) ?? explained(reason)?.change,
  };
}

/**
 * Where an HMAC fails: the encoding of the secret with which it holds, and the secrets whose values are not here.
 *
 * @param {{
 *   told: Told, settings: Settings, facts: Facts, missing: string[], request: import('../core.mjs').Request,
 *   host: import('../core.mjs').Host,
 * }} about
 * @returns {Promise<{secrets_without_value?: string[], secret_encoding?: {index: number, encoding: string}}>}
 */
export async function ofSecrets({ told, settings, facts, missing, request, host }) {
  if (told.decision.reason !== 'bad_signature') return {};
  const holds = (/** @type {Settings} */ changed) =>
    decide(changed, request, host).then((again) => again.decision && again.decision.reason !== 'bad_signature');
  const without = secretsWithoutValue(settings, missing);
  return {
    ...(without.length > 0 && { secrets_without_value: without }),
    secret_encoding: await otherEncoding({ settings, facts, missing, holds }),
  };
}

/**
 * Header and claims of a JWT, without its signature; undefined where it is none.
 *
 * @param {string} token
 * @returns {import('../looks.mjs').Says | undefined}
 */
function saysOf(token) {
  try {
    const [header, claims] = token
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    return header && claims && typeof claims === 'object' ? { header, claims } : undefined;
  } catch {
    return undefined;
  }
}
