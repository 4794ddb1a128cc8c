// Which Node is needed: every page and every check says the same.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { pages } from './support/pages.mjs';

const read = (file) => readFileSync(inRoot(file), 'utf8');
const [, least] = /^>=(.+)$/.exec(JSON.parse(read('package.json')).engines.node);

test('every page asks for the Node of package.json', () => {
  const named = pages().flatMap(({ path }) =>
    [...read(path).matchAll(/Node(?:\.js)? (\d+(?:\.\d+)*) or\s+newer/g)].map(([, version]) => ({ path, version })),
  );
  assert.ok(named.filter(({ path }) => path === 'README.md').length >= 2, 'README.md names it in two places');
  for (const { path, version } of named) assert.equal(version, least, path);
});

test('the commands, the scripts and the apps to copy ask for it, too', () => {
  const versions = {
    commands: /LEAST_NODE = \[(.+)\]/.exec(read('cli/main.mjs'))[1].replace(', ', '.'),
    scripts: /LEAST_NODE = '(.+)'/.exec(read('scripts/lib/npm.mjs'))[1],
    nextjs: JSON.parse(read('examples/nextjs/package.json')).engines.node.slice('>='.length),
    vite: JSON.parse(read('examples/vite/package.json')).engines.node.slice('>='.length),
  };
  assert.deepEqual(versions, { commands: least, scripts: least, nextjs: least, vite: least });
});
