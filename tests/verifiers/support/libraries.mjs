// The verifiers that are libraries of Node.js and Python: each is a file of node/ or python/, served by the same program.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifierHomeOf } from '../../../scripts/lib/verifiers.mjs';
import { copyOf } from './copy.mjs';

/** How to start the verifier by a library of Node.js, and how to move its clock. */
export function byNode(library) {
  return started('node', [process.execPath, '--import', './clock.mjs', 'server.mjs', library]);
}

/** The same for Python. */
export function byPython(library) {
  const python = join(verifierHomeOf('python'), 'bin', 'python');
  return started('python', [python, 'clock.py', 'server.py', library]);
}

function started(folder, command) {
  const copy = copyOf(folder, { clock: '0' });
  const clock = join(copy, 'clock');
  const moveClock = (seconds) => writeFileSync(clock, `${seconds}`);
  const program = () => ({ command, cwd: copy, isCopy: true, env: { CLOCK: clock } });
  return { program, moveClock };
}
