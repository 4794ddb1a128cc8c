// findings/: each script has a row in the table and the form that its README promises. Running them is left to a person.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';

const FOLDER = inRoot('findings');
const scripts = readdirSync(FOLDER).filter((name) => name.endsWith('.sh'));

test('the table has a row for each script, and for nothing else', () => {
  const rows = [...readFileSync(`${FOLDER}/README.md`, 'utf8').matchAll(/^\| \[`(\S+)`\]\((\S+)\) \|/gm)];
  assert.ok(rows.length > 0);
  for (const [, name, link] of rows) assert.equal(link, name);
  assert.deepEqual(
    rows.map(([, name]) => name),
    scripts.sort(),
  );
});

for (const name of scripts) {
  test(`${name} is short, explains itself, cleans up, and can fail`, () => {
    const text = readFileSync(`${FOLDER}/${name}`, 'utf8');
    assert.equal(spawnSync('bash', ['-n', `${FOLDER}/${name}`]).status, 0);
    assert.ok(text.split('\n').length <= 60, 'under 60 lines');
    assert.match(text, /^#!\/usr\/bin\/env bash\n# /);
    assert.match(text, /\n# Needs .+\nset -euo pipefail\n/);
    assert.match(text, /\ntrap '.*rm -rf "\$folder"' EXIT\n/);
    assert.match(text, /exit 1/);
  });
}
