#!/usr/bin/env node
// @ts-check
// The proofs of the provider pages: real tokens of real issuers, sent to the built Worker with the settings of the page.

import { build } from './build.mjs';
import { INSTALLS_AT_ONCE } from './lib/install.mjs';
import { withLock } from './lib/lock.mjs';
import { newNode } from './lib/npm.mjs';
import { ensureIssuer, lackOf, needsMaven, proofOf, provenProviders } from './lib/providers.mjs';
import { installOrReason, reachesMaven } from './lib/reach.mjs';
import { runForCode, withNodeBin } from './lib/run.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';
import { inLanes } from './lib/together.mjs';

const NAMES = provenProviders();
const HELP = `Usage: npm run test:providers [-- NAME...] [-- OPTION...]

Installs what is missing below .tools/providers/, builds the Worker, starts each issuer, or only the named ones, and sends its
tokens to the Worker with the settings of its page:

  ${NAMES.join('\n  ')}

Those that run on Java need a JDK 17 or newer and Maven; without them they are skipped, and the last line says so. What
follows a further -- goes to node --test. For example:
npm run test:providers -- keycloak -- --test-name-pattern=lightweight`;

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const { names, options } = chosen(args);
  const skipped = names.flatMap((name) => (lackOf(name) ? [`${name} (${lackOf(name)})`] : []));
  /** @type {string[]} */
  const runs = [];
  await build();
  await withLock('providers', async () => {
    const able = names.filter((name) => !lackOf(name));
    // Those of Maven share its store, one after the other.
    const shares = [able.filter(needsMaven), ...able.filter((name) => !needsMaven(name)).map((name) => [name])];
    await inLanes(shares, INSTALLS_AT_ONCE, async (share) => {
      for (const name of share) {
        const reason = await installOrReason(() => ensureIssuer(name), needsMaven(name) ? reachesMaven : undefined);
        if (reason) skipped.push(`${name} (${reason})`);
        else runs.push(name);
      }
    });
  });
  runs.sort();
  if (runs.length > 0) {
    say(`proving ${runs.join(', ')}`);
    // Two at a time: most of the time each waits for its issuer to start.
    const how = ['--test', '--test-reporter=spec', '--test-timeout=240000', '--test-concurrency=2'];
    const env = { ...withNodeBin(), COPILOTKIT_TELEMETRY_DISABLED: 'true', DO_NOT_TRACK: '1' };
    const code = await runForCode(newNode(), [...how, ...options, ...runs.map(proofOf)], { env });
    if (code !== 0) throw new Failure('the settings of a page do not do with its provider what the page promises');
  }
  console.log(
    `\n✓ proved: ${runs.join(', ') || 'nothing'}${skipped.length > 0 ? `; skipped: ${skipped.join(', ')}` : ''}`,
  );
}

/** @param {string[]} args */
function chosen(args) {
  const end = args.indexOf('--');
  const names = end === -1 ? args : args.slice(0, end);
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Failure(`there is no provider "${unknown}": ${NAMES.join(', ')}`);
  return { names: names.length > 0 ? names : NAMES, options: end === -1 ? [] : args.slice(end + 1) };
}

await script(() => main(process.argv.slice(2)));
