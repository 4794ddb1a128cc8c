// The snippets in TypeScript that stand on their own compile against the types of the package.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TOOLS, inRoot } from '../../scripts/lib/paths.mjs';
import { isExample, pages } from './support/pages.mjs';

mkdirSync(TOOLS, { recursive: true });
// Below the project, whose own name `copilotkit-gate` then leads to its types.
const folder = mkdtempSync(join(TOOLS, 'types-'));
after(() => rmSync(folder, { recursive: true }));

const OPTIONS = [
  '--noEmit',
  '--strict',
  '--module',
  'nodenext',
  '--target',
  'es2022',
  '--lib',
  'es2022,dom',
  '--types',
  '',
];
// A part of an example lacks what its file imports.
const snippets = pages().flatMap(({ blocks }) =>
  blocks.filter(({ language, mark }) => language === 'ts' && !isExample(mark)),
);

function compile(code) {
  const file = join(folder, 'snippet.ts');
  writeFileSync(file, code);
  const { status, stdout } = spawnSync(
    process.execPath,
    [inRoot('node_modules/typescript/bin/tsc'), ...OPTIONS, file],
    {
      encoding: 'utf8',
    },
  );
  return { status, stdout };
}

test('there is one on the page about the page', () => {
  assert.ok(snippets.some(({ page }) => page === 'docs/client.md'));
});

for (const { page, code } of snippets) {
  test(`${page}: ${code.split('\n')[0]}`, () => {
    const { status, stdout } = compile(code);
    assert.equal(status, 0, stdout);
  });
}

test('a code that no refusal has does not compile', () => {
  const [{ code }] = snippets.filter(({ page }) => page === 'docs/client.md');
  const { status, stdout } = compile(code.replace("'rule_denied'", "'rule_refused'"));
  assert.notEqual(status, 0);
  assert.match(stdout, /"rule_refused"/);
});
