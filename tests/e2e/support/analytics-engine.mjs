// Stands in for the SQL of Analytics Engine: SQLite with the same columns. What SQLite writes differently is put into its
// words; anything else that it does not know is an error.

import { DatabaseSync } from 'node:sqlite';

const BLOBS = 20;
const DOUBLES = 20;

export class AnalyticsEngine {
  #database = new DatabaseSync(':memory:');

  /** A dataset with these points, each of which stands for `sampleInterval` of them, written now. */
  constructor(dataset, points, { sampleInterval = 1 } = {}) {
    const blobs = named('blob', BLOBS);
    const doubles = named('double', DOUBLES);
    const columns = ['timestamp', '_sample_interval', 'index1', ...blobs, ...doubles];
    this.#database.exec(`CREATE TABLE ${dataset} (${columns.join(', ')})`);
    this.#database.aggregate('quantile_weighted', {
      start: () => [],
      step: (seen, quantile, value, weight) => [...seen, { quantile, value, weight }],
      result: quantileOf,
    });
    const insert = this.#database.prepare(
      `INSERT INTO ${dataset} VALUES (datetime('now'), ${columns
        .slice(1)
        .map(() => '?')
        .join(', ')})`,
    );
    for (const point of points) {
      const filled = (values, count, empty) => Array.from({ length: count }, (_, at) => values[at] ?? empty);
      insert.run(
        sampleInterval,
        point.indexes[0],
        ...filled(point.blobs, BLOBS, ''),
        ...filled(point.doubles, DOUBLES, 0),
      );
    }
  }

  query(sql) {
    const translated = sql
      .replace(/NOW\(\) - INTERVAL '(\d+)' (DAY|HOUR|MINUTE)/g, "datetime('now', '-$1 $2')")
      .replace(/toStartOfInterval\((\w+), INTERVAL '1' HOUR\)/g, "strftime('%Y-%m-%d %H:00:00', $1)")
      .replace(/quantileExactWeighted\(([\d.]+)\)\((\w+), (\w+)\)/g, 'quantile_weighted($1, $2, $3)');
    return this.#database
      .prepare(translated)
      .all()
      .map((row) => ({ ...row }));
  }
}

const named = (prefix, count) => Array.from({ length: count }, (_, at) => `${prefix}${at + 1}`);

/** The least value at or below which the quantile's share of all weight is. */
function quantileOf(seen) {
  const sorted = seen.sort((a, b) => a.value - b.value);
  const share = sorted.reduce((sum, { weight }) => sum + weight, 0) * (sorted[0]?.quantile ?? 0);
  let sum = 0;
  for (const { value, weight } of sorted) {
    sum += weight;
    if (sum >= share) return value;
  }
  return null;
}
