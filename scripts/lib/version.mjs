// @ts-check
// Comparing dotted version numbers.

/**
 * The first dotted number in a text, e.g. of `rustc 1.95.0 (…)`.
 *
 * @param {string | undefined} text
 */
export const versionIn = (text) => /\d+(?:\.\d+)+/.exec(text ?? '')?.[0];

/**
 * Whether `version` is `least` or newer.
 *
 * @param {string | undefined} version
 * @param {string} least
 */
export function atLeast(version, least) {
  const [have, want] = [version ?? '', least].map((text) => text.split('.').map(Number));
  const at = want.findIndex((number, index) => number !== (have[index] ?? 0));
  return at === -1 || (have[at] ?? 0) > want[at];
}
