// Versions that several files name: of Node, which is needed, and of the gate, which is supported.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { pages } from './support/pages.mjs';

const read = (file) => readFileSync(inRoot(file), 'utf8');
const { engines, version } = JSON.parse(read('package.json'));
const [, least] = /^>=(.+)$/.exec(engines.node);

test('every page asks for the Node of package.json', () => {
  const named = pages().flatMap(({ path }) =>
    [...read(path).matchAll(/Node(?:\.js)? (\d+(?:\.\d+)*) or\s+newer/g)].map(([, named]) => ({ path, named })),
  );
  assert.ok(named.filter(({ path }) => path === 'README.md').length >= 2, 'README.md names it in two places');
  for (const each of named) assert.equal(each.named, least, each.path);
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

test('the release that SECURITY.md calls supported is this one, in Cargo.toml, too', () => {
  const [, table] = read('SECURITY.md').split('\n## Supported versions\n');
  const supported = [...table.split('\n## ')[0].matchAll(/^\| (\d\S*) \| yes \|$/gm)].map(([, each]) => each);
  assert.deepEqual(supported, [version]);
  assert.equal(/^version = "(.+)"$/m.exec(read('Cargo.toml'))[1], version);
});
