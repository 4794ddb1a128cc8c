// @ts-check
// Text of others, such as tokens, logs and key sets, as a terminal may show it.

/**
 * Controls (C0, DEL, C1), which a terminal obeys; line separators; and bidirectional controls (UAX #9), which show text in
 * another order than it has.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * One line of text with every character escaped (`\u001b`) that could steer a terminal.
 *
 * @param {unknown} value
 */
export function visible(value) {
  return String(value).replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * The same of text that has several lines.
 *
 * @param {unknown} text
 */
export const visibleLines = (text) => String(text).split('\n').map(visible).join('\n');

/**
 * JSON that is safe on a terminal and still means the same: whatever is escaped is in a string.
 *
 * @param {unknown} value
 * @param {number} [indent]
 */
export const json = (value, indent) => visibleLines(JSON.stringify(value, null, indent));

/**
 * A time as ISO 8601 writes it, or the number itself where no calendar has it.
 *
 * @param {unknown} milliseconds since 1970
 */
export function timeOf(milliseconds) {
  const date = new Date(Number(milliseconds));
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString();
}
