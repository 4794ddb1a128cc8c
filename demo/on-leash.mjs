// Long-running programs: started in a process group of their own, and ended with it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../scripts/lib/paths.mjs';

const LEASH = fileURLToPath(new URL('leash.mjs', import.meta.url));
const GRACE_MS = 5000;

/** Starts a program in `cwd`; `onLine` gets each line that it prints, `exited` resolves when it has ended. */
export function startOnLeash(command, args, { cwd = ROOT, env, onLine }) {
  const leash = spawn(process.execPath, [LEASH, command, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [leash.stdout, leash.stderr]) createInterface(stream).on('line', onLine);
  const exited = once(leash, 'exit');
  return {
    exited,
    async close() {
      signalGroup(leash.pid, 'SIGTERM');
      const impatience = setTimeout(() => signalGroup(leash.pid, 'SIGKILL'), GRACE_MS);
      await exited;
      clearTimeout(impatience);
      // Whoever of the group is still there has been left behind.
      signalGroup(leash.pid, 'SIGKILL');
    },
  };
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
