#!/usr/bin/env node
// @ts-check
// The command `copilotkit-gate`: finds the command that was asked for and turns failures into one line and an exit code.

import { Failure } from './failure.mjs';
import { visibleLines } from './terminal.mjs';

/** What wrangler needs, whose reader the commands use. */
const LEAST_NODE = [22, 12];

/** Commands, each with its file and a line about it. */
const COMMANDS = {
  init: 'write a project: wrangler.toml for dev, staging and production, secrets, scripts',
  check: 'check the settings of each environment as the gate would',
  explain: 'run a token through the gate, step by step',
  mint: 'sign a token with a throw-away key, to try rules',
  decide: 'test the rules against a table of cases',
  secrets: 'list, generate and rotate the secrets of an environment',
  doctor: 'ask a deployed gate, and its origin without it, what is open',
  logs: 'print decision lines in readable form, and filter them',
};

const width = Math.max(...Object.keys(COMMANDS).map(({ length }) => length));
const HELP = `Usage: copilotkit-gate COMMAND [OPTION...]

${Object.entries(COMMANDS)
  .map(([name, line]) => `  ${name.padEnd(width)}  ${line}`)
  .join('\n')}

copilotkit-gate COMMAND --help describes a command, with examples. Only doctor, --live, --serve, --published URL, secrets
generate and secrets rotate use the network.

Exit codes: 0 sound or allowed, 1 faults or refused, 2 the input cannot be read.`;

/** @param {string[]} args */
async function main([name, ...args]) {
  requireNode();
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return void console.log(HELP);
  if (name === '--version') return void console.log(await version());
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new Failure(`there is no command "${name}": ${Object.keys(COMMANDS).join(', ')}`, 2);
  }
  const { help, run } = await import(`./${name}.mjs`);
  if (args.includes('--help') || args.includes('-h')) return void console.log(help);
  return run(args);
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return;
  throw new Failure(
    `this is Node ${process.version}, but wrangler and this command need ${LEAST_NODE.join('.')} or newer`,
    2,
  );
}

async function version() {
  const { readFile } = await import('node:fs/promises');
  return JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).version;
}

// Whoever reads a part of the output, as `head` does, has had enough.
process.stdout.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  process.exitCode = (await main(process.argv.slice(2))) ?? 0;
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(`✗ ${visibleLines(error.message)}`);
  process.exitCode = error.exitCode;
}
