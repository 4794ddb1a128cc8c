// @ts-check
// Asking issuers for their metadata and keys, as the gate would.

import { styleText } from 'node:util';
import { renewKeys, validateKeys } from './core.mjs';
import { online } from './host.mjs';
import { visible } from './terminal.mjs';

/**
 * What `check --live` tells of an issuer: its keys, or the fault for which it has none.
 *
 * @typedef {{kid: string | null, kty: string | null} & import('./core.mjs').KeyVerdict} Key
 */
/** @typedef {{issuer: string, url: string | null, fault?: string | {status?: number, redirect?: number}, keys?: Key[]}} Asked */

/**
 * Why a key is not used.
 *
 * @type {Record<string, string>}
 */
const KEY_FAULTS = {
  malformed: 'a member is missing or has the wrong type',
  unsupported: 'the gate does not support its type or its algorithm',
  not_for_verifying: 'its use or key_ops does not permit verification',
  private: 'it has private members: a published private key is compromised',
  weak: 'an RSA key below 2048 bits or above 8192, or with an unsafe exponent',
};

/**
 * For each issuer: `{issuer, url, fault?, keys?: [{kid, kty, algorithms} | {kid, kty, fault}]}`.
 *
 * @param {import('./core.mjs').Settings} settings
 * @param {import('./core.mjs').Facts} facts
 * @returns {Promise<Asked[]>}
 */
export async function askIssuers(settings, { issuers }) {
  return Promise.all(
    issuers.map(async ({ issuer, keys, url }, index) => {
      if (keys === 'secret') return { issuer, keys: [], url: null };
      const host = online();
      const fault = await renewKeys(settings, index, host);
      const last = host.documents.at(-1);
      if (fault) return { issuer, url: last?.url ?? url, fault };
      // There is a set, so it was fetched.
      const { url: from, body } = /** @type {{url: string, body: string}} */ (last);
      return { issuer, url: from, keys: aboutKeys(settings, index, body) };
    }),
  );
}

/**
 * @param {import('./core.mjs').Settings} settings
 * @param {number} index
 * @param {string} body
 * @returns {Key[]}
 */
function aboutKeys(settings, index, body) {
  const members = JSON.parse(body).keys;
  return validateKeys(settings, index, body).map((verdict, at) => {
    const { kid = null, kty = null } = members[at] ?? {};
    return { kid, kty, ...verdict };
  });
}

/** @param {Asked[]} issuers */
export function printIssuers(issuers) {
  for (const { issuer, url, fault, keys = [] } of issuers) {
    if (fault) {
      console.log(
        `  ${styleText('red', '✗')} ${visible(issuer)}: no keys: ${visible(faultOf(fault))} (${visible(url)})`,
      );
      continue;
    }
    if (!url) {
      console.log(`  ${styleText('green', '✓')} ${visible(issuer)}: a shared secret, nothing to fetch`);
      continue;
    }
    console.log(`  ${styleText('green', '✓')} ${visible(issuer)}: ${visible(url)}`);
    for (const { kid, kty, algorithms = [], fault: why } of keys) {
      const name = visible(`${kid ?? '(no kid)'} ${kty ?? ''}`);
      if (why) console.log(`    – ${name}: not used: ${KEY_FAULTS[why]}`);
      else if (algorithms.length === 0) console.log(`    – ${name}: not used: it fits none of the issuer's algorithms`);
      else console.log(`    ✓ ${name}: ${algorithms.join(', ')}`);
    }
  }
}

/**
 * A fault of `keys` events in words.
 *
 * @param {NonNullable<Asked['fault']>} fault
 * @returns {string}
 */
function faultOf(fault) {
  if (typeof fault === 'object') return `the answer has status ${fault.status ?? fault.redirect}`;
  return (
    {
      unreachable: 'it cannot be reached',
      timed_out: 'it did not answer in time',
      too_large: 'the document is too large',
      discovery_not_json: 'the discovery document is not a JSON object with unique names',
      issuer_differs: 'the discovery document names another issuer',
      no_jwks_uri: 'the discovery document has no jwks_uri',
      insecure_jwks_uri: 'the jwks_uri of the discovery document is not a secure URL',
      same_account: 'the provider is a Worker of the same account (error 1042): bind it, and set service',
      not_a_key_set: 'the answer is not a JWK Set',
      no_usable_key: 'the set has no usable key',
    }[fault] ?? fault
  );
}
