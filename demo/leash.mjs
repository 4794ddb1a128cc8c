// Runs a program so that it never outlives the script that wanted it, not even when that script is killed.
//
// Started by `startOnLeash` as the leader of a process group of its own, with a channel to its parent. When the
// channel breaks, the parent is gone, and the whole group goes too: wrangler, and the workerd that it started.

import { spawn } from 'node:child_process';

const GRACE_MS = 3000;
const [command, ...args] = process.argv.slice(2);

// Signals to the group are for the program; this process follows when the program has ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
child.on('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
child.on('exit', (code) => process.exit(code ?? 1));

process.on('disconnect', () => {
  process.kill(-process.pid, 'SIGTERM');
  setTimeout(() => process.kill(-process.pid, 'SIGKILL'), GRACE_MS);
});
