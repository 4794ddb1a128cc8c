#!/usr/bin/env node
// @ts-check
// Builds the files of the package twice, each time from a clean target folder, and compares the bytes.

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, buildForNode } from './build.mjs';
import { inRoot } from './lib/paths.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';

const HELP = `Usage: npm run reproduce

Builds the Worker and the core for Node twice, in two clean target folders, and compares the files. Takes minutes.`;

const FILES = [
  'build/index.js',
  'build/index_bg.wasm',
  'cli/core/core.js',
  'cli/core/core_bg.wasm',
  'cli/core/libraries.cjs',
];

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const first = await digests();
  const second = await digests();
  for (const file of FILES) {
    if (first[file] !== second[file]) throw new Failure(`${file} differs: ${first[file]} and ${second[file]}`);
    console.log(`${first[file]}  ${file}`);
  }
  say('two builds, one digest');
}

/** The SHA-256 of each file after a build in a folder of its own. */
async function digests() {
  const target = await mkdtemp(join(tmpdir(), 'gate-target-'));
  const usual = process.env.CARGO_TARGET_DIR;
  try {
    process.env.CARGO_TARGET_DIR = target;
    await build({ force: true });
    await buildForNode({ force: true });
  } finally {
    if (usual === undefined) delete process.env.CARGO_TARGET_DIR;
    else process.env.CARGO_TARGET_DIR = usual;
    await rm(target, { recursive: true, force: true });
  }
  const hashed = FILES.map(async (file) => [
    file,
    createHash('sha256')
      .update(await readFile(inRoot(file)))
      .digest('hex'),
  ]);
  return Object.fromEntries(await Promise.all(hashed));
}

await script(() => main(process.argv.slice(2)));
