#!/usr/bin/env node
// @ts-check
// The proofs with real backends: each example of examples/backends/ behind a real runtime behind the built Worker.

import { existsSync } from 'node:fs';
import { build } from './build.mjs';
import { backends, ensureBackend } from './lib/backends.mjs';
import { INSTALLS_AT_ONCE } from './lib/install.mjs';
import { withLock } from './lib/lock.mjs';
import { newNode } from './lib/npm.mjs';
import { inRoot } from './lib/paths.mjs';
import { runForCode, withNodeBin } from './lib/run.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';
import { inLanes } from './lib/together.mjs';

const NAMES = backends();
const HELP = `Usage: npm run test:backends [-- NAME...] [-- OPTION...]

Installs what is missing below .tools/backends/, builds the Worker, and runs each backend of examples/backends/ behind
gate and runtime, or only the named ones. What this machine cannot run is left out and named at the end:

  ${NAMES.join('\n  ')}

What follows a further -- goes to node --test. For example:
npm run test:backends -- agno -- --test-name-pattern=lie`;

/** @param {string} name */
const proofOf = (name) => `tests/backends/${name}.test.mjs`;

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const { names, options } = chosen(args);
  await build();
  const lacks = await withLock('backends', () => inLanes(names, INSTALLS_AT_ONCE, ensureBackend));
  const able = names.filter((_, index) => lacks[index] === undefined);
  const skipped = names.flatMap((name, index) => (lacks[index] ? [`${name} (${lacks[index]})`] : []));
  const left = skipped.length === 0 ? '' : `; skipped: ${skipped.join(', ')}`;
  if (able.length === 0) throw new Failure(`nothing can be proved here${left}`);
  say(`proving ${able.join(', ')}${left}`);
  // Two at a time: each has a backend, a runtime and a gate of its own, and most of the time waits for the others.
  const how = ['--test', '--test-reporter=spec', '--test-timeout=180000', '--test-concurrency=2'];
  const env = { ...withNodeBin(), COPILOTKIT_TELEMETRY_DISABLED: 'true', DO_NOT_TRACK: '1' };
  const code = await runForCode(newNode(), [...how, ...options, ...able.map(proofOf)], { env });
  if (code !== 0) throw new Failure(`a backend behind the gate does not do what its page promises${left}`);
  console.log(`\n✓ proved: ${able.join(', ')}${left}`);
}

/** @param {string[]} args */
function chosen(args) {
  const end = args.indexOf('--');
  const names = end === -1 ? args : args.slice(0, end);
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Failure(`there is no backend "${unknown}": ${NAMES.join(', ')}`);
  const unproved = NAMES.find((name) => !existsSync(inRoot(proofOf(name))));
  if (unproved) throw new Failure(`examples/backends/${unproved} has no ${proofOf(unproved)}`);
  return { names: names.length > 0 ? names : NAMES, options: end === -1 ? [] : args.slice(end + 1) };
}

await script(() => main(process.argv.slice(2)));
