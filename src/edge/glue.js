// What would otherwise be many calls out of wasm, each with its strings: one call here. Nothing is judged.

/** The names in `headers`, with a comma behind each. */
export function names(headers) {
  let text = '';
  for (const name of headers.keys()) text += `${name},`;
  return text;
}

/** Changes `headers` as the lines of `changes` say: `name,value` sets a field, `name` alone removes it. */
export function change(headers, changes) {
  for (const line of changes.split('\n')) {
    const comma = line.indexOf(',');
    if (comma < 0) headers.delete(line);
    else headers.set(line.slice(0, comma), line.slice(comma + 1));
  }
}

/** Calls `settled` with `id`, what becomes of `promise`, and whether that is its value. */
export function watch(promise, settled, id) {
  promise.then(
    (value) => settled(id, value, true),
    (error) => settled(id, error, false),
  );
}
