// What is in the package: the built Worker, byte for byte, and nothing that nobody asked for.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';

const { GATE_PACKAGE, GATE_INSTALLED } = process.env;
const PACKAGE = join(GATE_INSTALLED, 'node_modules/copilotkit-gate');
const files = readdirSync(PACKAGE, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(PACKAGE.length + 1));
const digest = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');
const bom = JSON.parse(readFileSync(join(PACKAGE, 'package/sbom.cdx.json'), 'utf8'));

test('the Worker is the one that was built, byte for byte', () => {
  for (const file of ['build/index.js', 'build/index_bg.wasm']) {
    assert.equal(digest(join(PACKAGE, file)), digest(inRoot(file)), file);
  }
});

test('it holds Worker, commands, types, licences and a bill of materials, and nothing else', () => {
  const folders = new Set(files.map((file) => (file.includes('/') ? file.split('/')[0] : file)));
  assert.deepEqual([...folders].sort(), [
    'LICENSE',
    'README.md',
    'build',
    'cli',
    'docs',
    'package',
    'package.json',
    'types',
  ]);
  assert.deepEqual(files.filter((file) => file.startsWith('build/')).sort(), ['build/index.js', 'build/index_bg.wasm']);
});

test('it is at most 1 MB packed', () => {
  const { size } = statSync(GATE_PACKAGE);
  assert.ok(size <= 1_000_000, `${size} bytes`);
});

test('it brings no package along', () => {
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
    readFileSync(join(PACKAGE, 'package.json')),
  );
  assert.deepEqual([dependencies, optionalDependencies], [undefined, undefined]);
  assert.deepEqual(Object.keys(peerDependencies), ['wrangler']);
});

test('the bill of materials names every part with a licence, and the digests of what is built', () => {
  assert.equal(bom.bomFormat, 'CycloneDX');
  const names = bom.components.map(({ name }) => name);
  for (const name of ['worker', 'serde_json', 'jwt-compact', 'yaml', 'jsonc-parser', 'rust-std'])
    assert.ok(names.includes(name), name);
  assert.deepEqual(
    bom.components.filter(({ licenses }) => !licenses?.length),
    [],
  );
  for (const { name, hashes } of bom.metadata.component.components) {
    assert.equal(hashes[0].content, digest(join(PACKAGE, name)), name);
  }
});

test('the licences hold a text for every part', () => {
  const text = readFileSync(join(PACKAGE, 'package/third-party-licenses.txt'), 'utf8');
  assert.deepEqual(
    bom.components.filter(({ name, version }) => !text.includes(`${name} ${version}`)),
    [],
  );
});
