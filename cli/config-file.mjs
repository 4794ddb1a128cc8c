// @ts-check
// wrangler's configuration written out, as TOML or as JSON with comments, from one description.

const NOTE = Symbol('note');

/**
 * A value with a comment in front of it.
 *
 * @param {string | undefined} comment
 * @param {unknown} value
 */
export const noted = (comment, value) => ({ [NOTE]: comment, value });

/**
 * Whether `value` is a table, and no list.
 *
 * @param {unknown} value
 * @returns {value is Record<string, unknown> & {[NOTE]?: string}}
 */
export const isTable = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>[]}
 */
const isTables = (value) => Array.isArray(value) && value.length > 0 && value.every(isTable);
/**
 * @param {unknown} entry
 * @returns {{note?: string, value: unknown}}
 */
const bare = (entry) =>
  isTable(entry) && NOTE in entry ? { note: entry[NOTE], value: entry.value } : { value: entry };
/**
 * @param {string | false | undefined} note
 * @param {string} mark
 * @param {string} [indent]
 */
const comments = (note, mark, indent = '') => (note ? note.split('\n').map((line) => `${indent}${mark} ${line}`) : []);

/**
 * TOML: plain members first, then tables, lists of tables as `[[…]]`.
 *
 * @param {Record<string, unknown>} members
 */
export function toToml(members) {
  return `${tomlTable([], members).join('\n').trim()}\n`;
}

/**
 * @param {string[]} path
 * @param {Record<string, unknown>} members
 * @returns {string[]} lines
 */
function tomlTable(path, members) {
  /** @type {string[][]} */
  const [plain, tables] = [[], []];
  for (const [name, entry] of Object.entries(members)) {
    const { note, value } = bare(entry);
    const at = [...path, name];
    if (isTables(value)) {
      for (const [index, item] of value.entries()) {
        tables.push('', ...comments(index === 0 && note, '#'), `[[${key(at)}]]`, ...tomlTable(at, item));
      }
    } else if (isTable(value) && !isSmall(path)) {
      const body = tomlTable(at, value);
      // A table that contains only tables needs no header of its own.
      const hasOwn = body.length > 0 && body[0] !== '';
      tables.push(
        ...(hasOwn || note ? ['', ...comments(note, '#')] : []),
        ...(hasOwn ? [`[${key(at)}]`] : []),
        ...body,
      );
    } else plain.push(...comments(note, '#'), `${key([name])} = ${tomlValue(value)}`);
  }
  return [...plain, ...tables];
}

/**
 * Tables inside an issuer or a rule are written inline.
 *
 * @param {string[]} path
 */
const isSmall = (path) => path.includes('ISSUERS') || path.includes('RULES');

/** @param {string[]} path */
const key = (path) => path.map((name) => (/^[\w-]+$/.test(name) ? name : JSON.stringify(name))).join('.');

/**
 * @param {unknown} value
 * @returns {string}
 */
function tomlValue(value) {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(', ')}]`;
  if (!isTable(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${key([name])} = ${tomlValue(member)}`);
  return `{ ${members.join(', ')} }`;
}

/**
 * JSON with comments.
 *
 * @param {Record<string, unknown>} members
 */
export function toJsonc(members) {
  return `${jsonc({ $schema: 'node_modules/wrangler/config-schema.json', ...members }, '')}\n`;
}

/**
 * @param {unknown} value
 * @param {string} indent
 * @returns {string}
 */
function jsonc(value, indent) {
  const inner = `${indent}  `;
  if (isTable(value)) {
    const lines = Object.entries(value).flatMap(([name, entry], index, all) => {
      const { note, value: member } = bare(entry);
      const comma = index === all.length - 1 ? '' : ',';
      return [...comments(note, '//', inner), `${inner}${JSON.stringify(name)}: ${jsonc(member, inner)}${comma}`];
    });
    return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
  }
  if (isTables(value)) return `[\n${value.map((item) => `${inner}${jsonc(item, inner)}`).join(',\n')}\n${indent}]`;
  return JSON.stringify(value);
}
