// An example of examples/backends/, started as its README says, in a copy of its folder: what it writes there is looked at.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { startOnLeash } from '../../../demo/on-leash.mjs';
import { exampleOf, homeOf, programOf } from '../../../scripts/lib/backends.mjs';

/** Longest wait for a backend: Python imports a lot, and the machine may be busy. */
const PATIENCE_MS = 90_000;

/** Nobody but this machine is to hear of a test. */
const QUIET = {
  DO_NOT_TRACK: '1',
  OTEL_SDK_DISABLED: 'true',
  LANGGRAPH_CLI_NO_ANALYTICS: '1',
  LANGSMITH_TRACING: 'false',
  AGNO_TELEMETRY: 'false',
  MASTRA_TELEMETRY_DISABLED: '1',
  COPILOTKIT_TELEMETRY_DISABLED: 'true',
};

/** Where Python keeps what it has compiled: the packages for the next start, and nothing in the folder that is looked at. */
const compiledOf = (name) => join(homeOf(name), 'compiled');

/**
 * Starts `command` (program and arguments) of the example `name`. It is up when a line that it prints matches `ready`.
 * `beside` are further programs of the example, started first; `changes` (file → function) are what the test needs to be
 * otherwise.
 */
export async function startBackend(name, { command, ready, env = {}, beside = [], changes = {} }) {
  mkdirSync(homeOf(name), { recursive: true });
  const folder = mkdtempSync(join(homeOf(name), 'run-'));
  cpSync(exampleOf(name), folder, { recursive: true, filter: (path) => !/__pycache__|node_modules|\.pyc$/.test(path) });
  for (const [file, change] of Object.entries(changes)) {
    writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));
  }
  const lines = [];
  const running = [];
  const close = async () => {
    await Promise.all(running.map((program) => program.close()));
    for (const own of [folder, join(compiledOf(name), folder)]) await rm(own, { recursive: true, force: true });
  };
  try {
    for (const program of [...beside, { command, ready }])
      await start(name, { ...program, folder, env, lines, running });
    return { lines, close, stored: () => filesBelow(folder) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Starts one program, notes it in `running` and what it prints in `lines`, and waits until it is up. */
async function start(name, { command: [program, ...args], ready, folder, env, lines, running }) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...own } = process.env;
  const started = startOnLeash(isAbsolute(program) ? program : programOf(name, program), args, {
    cwd: folder,
    env: {
      ...own,
      PATH: [join(homeOf(name), 'bin'), own.PATH].join(delimiter),
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '',
      PYTHONPYCACHEPREFIX: compiledOf(name),
      NO_COLOR: '1',
      ...QUIET,
      ...env,
    },
    onLine(line) {
      lines.push(line);
      if (ready.test(line)) resolve();
    },
  });
  running.push(started);
  const complain = (what) => reject(new Error(`${name} ${what}:\n${lines.join('\n')}`));
  const impatience = setTimeout(() => complain('is not up'), PATIENCE_MS);
  started.exited.then(() => complain('ended'));
  await promise.finally(() => clearTimeout(impatience));
}

/** The bytes of every file in a folder, as one text. */
function filesBelow(folder) {
  const names = readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
  return names
    .filter((name) => statSync(name).isFile())
    .map((name) => readFileSync(name, 'latin1'))
    .join('\n');
}
