#!/usr/bin/env node
// @ts-check
// Checks the types of the JavaScript that jsconfig.json names.

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { newNode } from './lib/npm.mjs';
import { NODE_MODULES, ROOT, inRoot } from './lib/paths.mjs';
import { output, runForCode } from './lib/run.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';

const HELP = `Usage: node scripts/types.mjs

Checks the types of the commands, the scripts, the benchmarks, the helpers of the tests and the Worker's script (tsc, as
jsconfig.json says). Each of these files starts with \`// @ts-check\`, so that editors show the same.`;

const CHECKED = /^(?:bench|cli|scripts|src\/edge|tests\/support)\//;
/** What is built. */
const BUILT = 'cli/core/';
const MARK = /^(?:#!.*\n)?\/\/ @ts-check\n/;
/** TypeScript's program has no extension, which an old Node does not load. */
const TSC = [`${NODE_MODULES}/typescript/bin/tsc`, '--project', inRoot('jsconfig.json')];

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const listed = output(newNode(), [...TSC, '--listFilesOnly'])?.split('\n') ?? [];
  const own = listed.map((file) => relative(ROOT, file)).filter((file) => /\.m?js$/.test(file) && CHECKED.test(file));
  const files = own.filter((file) => !file.startsWith(BUILT));
  if (files.length === 0) throw new Failure('jsconfig.json names no file');
  const unmarked = files.filter((file) => !MARK.test(readFileSync(inRoot(file), 'utf8')));
  for (const file of unmarked) console.error(`${file} does not start with // @ts-check`);
  if (unmarked.length > 0) throw new Failure(`${unmarked.length} file(s) are not checked`);
  const code = await runForCode(newNode(), TSC);
  if (code !== 0) throw new Failure('types do not fit: see above');
  say(`types: ${files.length} files`);
}

await script(() => main(process.argv.slice(2)));
