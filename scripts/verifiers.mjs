#!/usr/bin/env node
// @ts-check
// The verifiers of the gate's assertions: small programs behind the built Worker, each given the same cases.

import { existsSync } from 'node:fs';
import { build } from './build.mjs';
import { withLock } from './lib/lock.mjs';
import { newNode } from './lib/npm.mjs';
import { inRoot } from './lib/paths.mjs';
import { installOrReason } from './lib/reach.mjs';
import { runForCode, withNodeBin } from './lib/run.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';
import { VERIFIERS } from './lib/verifiers.mjs';

const NAMES = Object.keys(VERIFIERS);
const HELP = `Usage: npm run test:verifiers [-- NAME...] [-- OPTION...]

Installs what is missing below .tools/verifiers/, builds the Worker, and gives each verifier of tests/verifiers/ the same
assertions, or only the named ones. What this machine cannot run is left out and named at the end:

  ${NAMES.join('\n  ')}

What follows a further -- goes to node --test. For example:
npm run test:verifiers -- jose pyjwt -- --test-name-pattern=refuses`;

/** @param {string} name */
const testOf = (name) => `tests/verifiers/${name}.test.mjs`;

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const { names, options } = chosen(args);
  const lacking = names.map((name) => ({ name, reason: VERIFIERS[name].lacks() })).filter(({ reason }) => reason);
  /** @param {string} name */
  const isAble = (name) => !lacking.some((each) => each.name === name);
  await build();
  await withLock('verifiers', async () => {
    const wanted = names.filter(isAble);
    /** @param {string} kind */
    const ofKind = (kind) => wanted.filter((name) => VERIFIERS[name].kind === kind);
    const kinds = [...new Set(wanted.map((name) => VERIFIERS[name].kind))];
    await Promise.all(kinds.map((kind) => installAll(ofKind(kind), lacking)));
  });
  const able = names.filter(isAble);
  const skipped = lacking.map(({ name, reason }) => `${name} (${reason})`).join(', ');
  if (able.length === 0) throw new Failure(`no verifier can run here: ${skipped}`);
  say(`trying ${able.join(', ')}`);
  const how = ['--test', '--test-reporter=spec', '--test-timeout=180000', '--test-concurrency=2'];
  const code = await runForCode(newNode(), [...how, ...options, ...able.map(testOf)], { env: withNodeBin() });
  const left = skipped === '' ? '' : `; skipped: ${skipped}`;
  if (code !== 0) throw new Failure(`a verifier does not do what docs/verify.md promises${left}`);
  console.log(`\n✓ verified: ${able.join(', ')}${left}`);
}

/**
 * Installs verifiers of one kind, one after the other: they share what they keep. Other kinds are installed meanwhile.
 *
 * @param {string[]} names
 * @param {{name: string, reason: string | undefined}[]} lacking
 */
async function installAll(names, lacking) {
  for (const name of names) {
    const { install, folder, reaches } = VERIFIERS[name];
    const reason = await installOrReason(() => install(folder), reaches);
    if (reason) lacking.push({ name, reason });
  }
}

/** @param {string[]} args */
function chosen(args) {
  const end = args.indexOf('--');
  const names = end === -1 ? args : args.slice(0, end);
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Failure(`there is no verifier "${unknown}": ${NAMES.join(', ')}`);
  const untested = NAMES.find((name) => !existsSync(inRoot(testOf(name))));
  if (untested) throw new Failure(`${untested} has no ${testOf(untested)}`);
  return { names: names.length > 0 ? names : NAMES, options: end === -1 ? [] : args.slice(end + 1) };
}

await script(() => main(process.argv.slice(2)));
