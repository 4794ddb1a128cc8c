// @ts-check
// Tokens, good and malformed. A header or payload given as a string goes into the token as that very text.

/**
 * What signs tokens; a shared secret has no `kid`.
 *
 * @typedef {{alg: string, kid?: string, sign: (input: string, as?: string) => Buffer}} Signer
 */

/**
 * Signs `header` and `claims` with `key`; the header's `alg` decides how, unless `as` says otherwise.
 *
 * @param {Signer} key
 * @param {object | string} claims
 * @param {object | string} [header]
 * @param {string} [as]
 */
export function mint(key, claims, header = {}, as = key.alg) {
  const head = typeof header === 'string' ? header : { alg: key.alg, ...(key.kid && { kid: key.kid }), ...header };
  const input = `${part(head)}.${part(claims)}`;
  return `${input}.${base64url(key.sign(input, as))}`;
}

/**
 * The three parts of a token.
 *
 * @param {string} token
 */
export function parts(token) {
  const [header, payload, signature] = token.split('.');
  return { header, payload, signature };
}

/**
 * The token with another last character that decodes to the same bytes: its spare bits are not zero.
 *
 * @param {string} token
 */
export function withSpareBits(token) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.slice(-1)) + 1];
}

/**
 * One part: base64url of a text or of a value's JSON.
 *
 * @param {unknown} value
 */
export function part(value) {
  return base64url(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
}

/** @param {Buffer} bytes */
function base64url(bytes) {
  return Buffer.from(bytes).toString('base64url');
}

export function now() {
  return Math.floor(Date.now() / 1000);
}
