// @ts-check
// The one credential of a request: `Authorization: Bearer`.

import { INVALID_TOKEN, MISSING_TOKEN, MULTIPLE_CREDENTIALS } from './refusal.js';

const MAX_BYTES = 16 * 1024;
const B64TOKEN = /^[\w.~+/-]+=*$/;
const SCHEME = /^bearer,*$/i;

/**
 * @param {Headers} headers
 * @param {string} query
 */
export function bearerToken(headers, query) {
  const header = headers.get('authorization');
  if (query.toLowerCase().includes('access_token=')) {
    throw header === null ? MISSING_TOKEN.because('token_in_query') : MULTIPLE_CREDENTIALS;
  }
  if (header === null) throw MISSING_TOKEN;
  const space = header.indexOf(' ');
  if (!SCHEME.test(space < 0 ? header : header.slice(0, space))) throw MISSING_TOKEN.because('unsupported_scheme');
  // Repeated fields arrive joined by a comma.
  if (header.includes(',')) throw MULTIPLE_CREDENTIALS;
  const token = header.slice(space < 0 ? header.length : space).trimStart();
  if (token.length > MAX_BYTES) throw INVALID_TOKEN.because('token_too_long');
  if (!B64TOKEN.test(token)) throw INVALID_TOKEN.because('token_syntax');
  return token;
}
