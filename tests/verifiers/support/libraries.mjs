// The verifiers that are libraries of Node.js and Python: each is a file of node/ or python/, served by the same program.

import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceOf, verifierHomeOf } from '../../../scripts/lib/verifiers.mjs';

/** How to start the verifier by a library of Node.js, and how to move its clock. */
export function byNode(library) {
  return started('node', [process.execPath, '--import', './clock.mjs', 'server.mjs', library]);
}

/** The same for Python. */
export function byPython(library) {
  const python = join(verifierHomeOf('python'), 'bin', 'python');
  return started('python', [python, 'clock.py', 'server.py', library]);
}

/** In a copy of its folder below its packages, so that a program of Node.js finds them. */
function started(folder, command) {
  const copy = mkdtempSync(join(verifierHomeOf(folder), 'run-'));
  cpSync(sourceOf(folder), copy, { recursive: true });
  const clock = join(copy, 'clock');
  const moveClock = (seconds) => writeFileSync(clock, `${seconds}`);
  moveClock(0);
  const program = () => ({ command, cwd: copy, isCopy: true, env: { CLOCK: clock } });
  return { program, moveClock };
}
