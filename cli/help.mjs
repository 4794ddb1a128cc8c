// @ts-check
// Lists of names in help texts.

const WIDTH = 126;

/**
 * `names` with commas, as many to a line as fit; further lines begin with `indent` spaces, where the first one has its place.
 *
 * @param {string[]} names
 * @param {number} indent
 */
export function listed(names, indent) {
  const lines = [''];
  for (const [index, name] of names.entries()) {
    const item = index === names.length - 1 ? name : `${name}, `;
    if (indent + lines[lines.length - 1].length + item.length > WIDTH) lines.push('');
    lines[lines.length - 1] += item;
  }
  return lines.map((line) => line.trimEnd()).join(`\n${' '.repeat(indent)}`);
}
