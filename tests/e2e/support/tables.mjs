// Tables of a page of the documentation.

/** The rows, as cells, of the table whose first two headings are these. */
export function tableOf(text, ...headings) {
  const lines = text.split('\n');
  const start = lines.findIndex(
    (line) => line.startsWith('|') && headings.every((name, at) => cells(line)[at] === name),
  );
  if (start === -1) throw new Error(`there is no table with the headings ${headings.join(', ')}`);
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'));
  return lines.slice(start + 2, end === -1 ? undefined : end).map(cells);
}

const cells = (line) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
