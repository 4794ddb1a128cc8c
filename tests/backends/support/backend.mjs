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

/**
 * Starts `command` (program and arguments) of the example `name`. It is up when a line that it prints matches `ready`.
 * `changes` (file → function) are what the test needs to be otherwise.
 */
export async function startBackend(name, { command: [program, ...args], ready, env = {}, changes = {} }) {
  mkdirSync(homeOf(name), { recursive: true });
  const folder = mkdtempSync(join(homeOf(name), 'run-'));
  cpSync(exampleOf(name), folder, { recursive: true, filter: (path) => !/__pycache__|node_modules|\.pyc$/.test(path) });
  for (const [file, change] of Object.entries(changes)) {
    writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));
  }
  const lines = [];
  const started = Promise.withResolvers();
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...own } = process.env;
  const running = startOnLeash(isAbsolute(program) ? program : programOf(name, program), args, {
    cwd: folder,
    env: {
      ...own,
      PATH: [join(homeOf(name), 'bin'), own.PATH].join(delimiter),
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      NO_COLOR: '1',
      ...QUIET,
      ...env,
    },
    onLine(line) {
      lines.push(line);
      if (ready.test(line)) started.resolve();
    },
  });
  const close = async () => {
    await running.close();
    await rm(folder, { recursive: true, force: true });
  };
  const given = () => lines.join('\n');
  const impatience = setTimeout(() => started.reject(new Error(`${name} is not up:\n${given()}`)), PATIENCE_MS);
  running.exited.then(() => started.reject(new Error(`${name} ended:\n${given()}`)));
  try {
    await started.promise;
    return { lines, close, stored: () => filesBelow(folder) };
  } catch (error) {
    await close();
    throw error;
  } finally {
    clearTimeout(impatience);
  }
}

/** The bytes of every file in a folder, as one text. */
function filesBelow(folder) {
  const names = readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
  return names
    .filter((name) => statSync(name).isFile())
    .map((name) => readFileSync(name, 'latin1'))
    .join('\n');
}
