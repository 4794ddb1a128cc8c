// @ts-check
// The script of `bridge.rs`, where the formats of all texts are defined. Each function here and in the other scripts of this
// folder replaces many calls out of wasm, each with its strings, by one. None of them decides anything.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes a view of wasm's memory, or bytes of one's own */

const encoder = new TextEncoder();

/**
 * Writes the head of a request, and gives its length: with all header fields where it has the field `withAll`, else with
 * that called `alone`.
 *
 * @param {Request} request
 * @param {string} withAll
 * @param {string} alone
 * @param {Bytes} into
 */
export function head({ method, url, headers }, withAll, alone, into) {
  const target = `${method} ${url}\n`;
  if (headers.has(withAll)) return write(`${target}${lines(headers)}\n`, into);
  return write(target + line(headers, alone), into);
}

/**
 * Writes all header fields of a request, and gives their length.
 *
 * @param {Request} request
 * @param {Bytes} into
 */
export const fields = ({ headers }, into) => write(lines(headers), into);

/** @param {Headers} headers */
function lines(headers) {
  let text = '';
  headers.forEach((value, name) => {
    text += `${name}:${value}\n`;
  });
  return text;
}

/**
 * The field `name` as a line; nothing where there is none.
 *
 * @param {Headers} headers
 * @param {string} name
 */
function line(headers, name) {
  const value = headers.get(name);
  return value === null ? '' : `${name}:${value}\n`;
}

/**
 * The header fields of an answer that are called as in `seen`; undefined where it has none of them.
 *
 * @param {Response} response
 * @param {string[]} seen
 */
export function seenOf({ headers }, seen) {
  let text = '';
  for (const name of seen) text += line(headers, name);
  return text === '' ? undefined : text;
}

/**
 * Writes `text`, and gives its length; the length that it may need, as a negative number, where that is more than there is.
 *
 * @param {string} text
 * @param {Bytes} into
 */
function write(text, into) {
  const { read, written } = encoder.encodeInto(text, into);
  return read === text.length ? written : -3 * text.length;
}

/**
 * Carries out `changes`.
 *
 * @param {Headers} headers
 * @param {string} changes
 */
export function change(headers, changes) {
  if (changes === '') return;
  for (const line of changes.split('\n')) {
    const comma = line.indexOf(',');
    if (comma > 0) headers.set(line.slice(0, comma), line.slice(comma + 1));
    else if (comma < 0) headers.delete(line);
    else append(headers, line.slice(1));
  }
}

/** @param {Headers} headers @param {string} line */
function append(headers, line) {
  const comma = line.indexOf(',');
  headers.append(line.slice(0, comma), line.slice(comma + 1));
}
