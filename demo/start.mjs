#!/usr/bin/env node
// The demo: a page, the gate in workerd, a real CopilotKit runtime behind it, and a real OpenID provider.

import { build } from '../scripts/build.mjs';
import { isNewNode, newNode } from '../scripts/lib/npm.mjs';
import { runForCode } from '../scripts/lib/run.mjs';
import { Failure, asksForHelp, script } from '../scripts/lib/say.mjs';
import { portsFrom } from './config.mjs';
import { portTrouble } from './ports.mjs';

const HELP = `Usage: npm start [-- --open]

Installs missing packages, builds the gate, and runs it in workerd in front of a real CopilotKit runtime, with a
real OpenID provider and a page that shows the gate's decisions. All parts listen on this machine only.
Ctrl-C stops all of them.

  --open       opens the page in your browser

  GATE_PORT    port of the gate (8787)
  ORIGIN_PORT  port of the runtime behind it (4000)
  IDP_PORT     port of the provider (4001)
  PAGE_PORT    port of the page (4002)`;

async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const unknown = args.find((arg) => arg !== '--open');
  if (unknown !== undefined) throw new Failure(`there is no option ${unknown}: see npm start -- --help`);
  const ports = portsFrom(process.env);
  const trouble = await portTrouble(ports);
  if (trouble) throw new Failure(trouble);
  await build();
  // wrangler and the provider want a newer Node than the one that may have started this.
  if (!isNewNode())
    return runForCode(newNode(), process.argv.slice(1), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  process.env.COPILOTKIT_TELEMETRY_DISABLED = 'true';
  process.env.DO_NOT_TRACK = '1';
  // Only now are its packages certain to be there.
  const { runDemo } = await import('./main.mjs');
  await runDemo(ports, { open: args.includes('--open') });
}

await script(() => main(process.argv.slice(2)));
