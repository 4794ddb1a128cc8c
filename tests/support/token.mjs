// @ts-check
// Tokens, good and malformed. A header or payload given as a string goes into the token as that very text.

/** Signs `header` and `claims` with `key`; the header's `alg` decides how, unless `as` says otherwise. */
export function mint(key, claims, header = {}, as = key.alg) {
  const head = typeof header === 'string' ? header : { alg: key.alg, ...(key.kid && { kid: key.kid }), ...header };
  const input = `${part(head)}.${part(claims)}`;
  return `${input}.${base64url(key.sign(input, as))}`;
}

/** The three parts of a token. */
export function parts(token) {
  const [header, payload, signature] = token.split('.');
  return { header, payload, signature };
}

/** The token with another last character that decodes to the same bytes: its spare bits are not zero. */
export function withSpareBits(token) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)) + 1];
}

/** One part: base64url of a text or of a value's JSON. */
export function part(value) {
  return base64url(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
}

function base64url(bytes) {
  return Buffer.from(bytes).toString('base64url');
}

export function now() {
  return Math.floor(Date.now() / 1000);
}
