#!/usr/bin/env node
// @ts-check
// The examples of apps, each started as its README describes and used in Chromium.

import { build } from './build.mjs';
import { ensureChromium } from './lib/browser.mjs';
import { APPS, ensureApp } from './lib/examples.mjs';
import { withLock } from './lib/lock.mjs';
import { newNode } from './lib/npm.mjs';
import { runForCode, withNodeBin } from './lib/run.mjs';
import { Failure, asksForHelp, script } from './lib/say.mjs';

const HELP = `Usage: npm run test:examples [-- NAME...] [-- OPTION...]

Installs what is missing below .tools/examples/, builds the Worker, starts each app of examples/ with its own \`npm start\`
and uses it in Chromium, or only the named ones:

  ${APPS.join('\n  ')}

What follows a further -- goes to node --test.`;

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const end = args.indexOf('--');
  const named = end === -1 ? args : args.slice(0, end);
  const unknown = named.find((name) => !APPS.includes(name));
  if (unknown !== undefined) throw new Failure(`there is no app "${unknown}": ${APPS.join(', ')}`);
  const names = named.length > 0 ? named : APPS;
  await build();
  const env = {
    ...withNodeBin(),
    COPILOTKIT_TELEMETRY_DISABLED: 'true',
    DO_NOT_TRACK: '1',
    CHROME_PATH: await ensureChromium(),
  };
  // For as long as they run: each is started in the folder into which it was installed.
  const code = await withLock('examples', async () => {
    for (const name of names) await ensureApp(name);
    const files = names.map((name) => `tests/examples/${name}.test.mjs`);
    const how = ['--test', '--test-reporter=spec', '--test-timeout=300000', '--test-concurrency=1'];
    const options = end === -1 ? [] : args.slice(end + 1);
    return runForCode(newNode(), [...how, ...options, ...files], { env });
  });
  if (code !== 0) throw new Failure('an example does not do what its page promises');
  console.log(`\n✓ work behind the gate: ${names.join(', ')}`);
}

await script(() => main(process.argv.slice(2)));
