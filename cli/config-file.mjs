// @ts-check
// wrangler's configuration written out, as TOML or as JSON with comments, from one description.

const NOTE = Symbol('note');

/** A value with a comment in front of it. */
export const noted = (comment, value) => ({ [NOTE]: comment, value });

const isTable = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isTables = (value) => Array.isArray(value) && value.length > 0 && value.every(isTable);
const bare = (entry) =>
  isTable(entry) && NOTE in entry ? { note: entry[NOTE], value: entry.value } : { value: entry };
const comments = (note, mark, indent = '') => (note ? note.split('\n').map((line) => `${indent}${mark} ${line}`) : []);

/** TOML: plain members first, then tables, lists of tables as `[[…]]`. */
export function toToml(members) {
  return `${tomlTable([], members).join('\n').trim()}\n`;
}

/** @returns {string[]} lines */
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

/** Tables inside an issuer or a rule are written inline. */
const isSmall = (path) => path.includes('ISSUERS') || path.includes('RULES');

const key = (path) => path.map((name) => (/^[\w-]+$/.test(name) ? name : JSON.stringify(name))).join('.');

function tomlValue(value) {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(', ')}]`;
  if (!isTable(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${key([name])} = ${tomlValue(member)}`);
  return `{ ${members.join(', ')} }`;
}

/** JSON with comments. */
export function toJsonc(members) {
  return `${jsonc({ $schema: 'node_modules/wrangler/config-schema.json', ...members }, '')}\n`;
}

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
