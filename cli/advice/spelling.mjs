// @ts-check
// Advice about names that are probably misspelt.

/** @typedef {import('../project.mjs').Environment} Environment */
/** @typedef {import('../advice.mjs').Advice} Advice */

/** Settings that a Worker of another kind may have beside the gate's are none of its business; these look misspelt. */
const MOST_EDITS = 2;

/**
 * Vars that the gate does not read, but whose names are close to one that it does.
 *
 * @param {Environment} environment
 * @param {string[]} known
 * @returns {Advice[]}
 */
export function misspelt({ config }, known) {
  return Object.keys(config.vars ?? {}).flatMap((name) => {
    if (known.includes(name)) return [];
    const close = known.find((other) => edits(name, other) <= MOST_EDITS);
    if (!close) return [];
    return [{ advice: 'unknown_setting', setting: name, text: `${name} is not a setting of the gate; ${close} is` }];
  });
}

/**
 * Levenshtein distance.
 *
 * @param {string} a
 * @param {string} b
 */
function edits(a, b) {
  let row = [...Array(b.length + 1).keys()];
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min(row[j] + (char === other ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    }
    row = next;
  }
  return row[b.length];
}
