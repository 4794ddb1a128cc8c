// JSON in pieces, each as it was written: what `JSON.parse` throws away, and a gate must not.

const TOKEN = /[ \t\n\r]*(?:("(?:[^"\\]|\\.)*")|([^\s"{}[\]:,]+)|([{}[\]:,]))/sy;

/**
 * The value that `text` is, which `JSON.parse` must have taken: `{raw}`, with `members` for an object, `{name, value}` each,
 * with `items` for a list, and `depth`, how many of these lie in each other. Repeated names are there as often as they stand.
 */
export function pieces(text) {
  let at = 0;
  let start = 0;
  const next = () => {
    TOKEN.lastIndex = at;
    const [all, string, scalar, mark] = TOKEN.exec(text);
    at = TOKEN.lastIndex;
    start = at - (string ?? scalar ?? mark).length;
    return { string, scalar, mark, all };
  };
  const value = (token) => {
    const from = start;
    if (token.mark === undefined) return { raw: text.slice(from, at), depth: 0 };
    const isObject = token.mark === '{';
    const parts = [];
    for (let first = next(); first.mark !== (isObject ? '}' : ']'); ) {
      if (isObject) {
        next();
        parts.push({ name: JSON.parse(first.string), value: value(next()) });
      } else {
        parts.push(value(first));
      }
      first = next();
      if (first.mark === ',') first = next();
    }
    const depth = 1 + Math.max(0, ...parts.map((part) => (isObject ? part.value : part).depth));
    return { raw: text.slice(from, at), depth, [isObject ? 'members' : 'items']: parts };
  };
  return value(next());
}

/** Whether no object of it has one name twice. */
export function isUnique({ members, items }) {
  if (items) return items.every(isUnique);
  if (!members) return true;
  const names = new Set(members.map(({ name }) => name));
  return names.size === members.length && members.every(({ value }) => isUnique(value));
}

/** Whether no name of it, at any depth, is half of a pair of surrogates. */
export function hasWholeNames({ members, items }) {
  if (items) return items.every(hasWholeNames);
  return (members ?? []).every(({ name, value }) => name.isWellFormed() && hasWholeNames(value));
}
