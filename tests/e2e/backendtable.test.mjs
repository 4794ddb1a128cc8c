// cli/backends.json has the settings that the pages of docs/backends/ say. `RENEW_BACKENDS=1` before this test writes it anew.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { pages } from './support/pages.mjs';

const FILE = 'cli/backends.json';
const BLOCK = /(?<before>[^\n]+(?:\n[^\n]+)*)\n\n<!-- test: settings -->\n```toml\n(?<code>[\s\S]*?)\n```/g;
/** Of the deployer, not of the backend. */
const OWN = ['ORIGIN_URL', 'ISSUERS'];
const PAGES = pages().filter(({ path }) => path.startsWith('docs/backends/'));

function backendOf({ text }) {
  const [, name] = /^# (.+)$/m.exec(text);
  const ways = [...text.matchAll(BLOCK)].map(({ groups: { before, code } }) => {
    const vars = Object.entries(getStaticTOMLValue(parseTOML(code)).vars).filter(([setting]) => !OWN.includes(setting));
    const prose = before
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll('`', '')
      .replaceAll('\n', ' ');
    const about = prose.startsWith('#') ? '' : prose.replace(/( and)?[:.]$/, '');
    return {
      about,
      vars: Object.fromEntries(vars),
      ...(before.includes('ASSERTION_KEY') && { secrets: ['ASSERTION_KEY'] }),
    };
  });
  return { name, ways };
}

test('the table of the commands has the settings of each page, and of no other', () => {
  const table = Object.fromEntries(PAGES.map((page) => [basename(page.path, '.md'), backendOf(page)]));
  assert.ok(Object.keys(table).length >= 10 && Object.values(table).every(({ ways }) => ways.length > 0));
  if (process.env.RENEW_BACKENDS) writeFileSync(inRoot(FILE), `${JSON.stringify(table, null, 2)}\n`);
  assert.deepEqual(
    JSON.parse(readFileSync(inRoot(FILE), 'utf8')),
    table,
    `${FILE} is out of date: RENEW_BACKENDS=1 node --test tests/e2e/backendtable.test.mjs`,
  );
});
