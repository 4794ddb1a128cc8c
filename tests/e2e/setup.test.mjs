// The set-up's jobs run side by side: what is left is told, and the first failure ends the rest.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, test } from 'node:test';
import { run } from '../../scripts/lib/run.mjs';
import { Failure } from '../../scripts/lib/say.mjs';
import { together } from '../../scripts/lib/together.mjs';

const lines = [];
beforeEach((context) => {
  lines.length = 0;
  context.mock.method(console, 'error', (line) => lines.push(line));
});

/** A job that is done when `finish` is called. */
function job(name) {
  let finish;
  const finished = new Promise((resolve) => (finish = resolve));
  return { name, run: () => finished, finish };
}

test('after each job a line says what is left', async () => {
  const [packages, tool, worker] = ['npm packages', 'a tool', 'the Worker'].map(job);
  const all = together([packages, tool, worker]);
  assert.match(lines[0], /left: npm packages, a tool, the Worker$/);
  for (const each of [tool, packages, worker]) each.finish();
  await all;
  const left = lines.slice(1).map((line) => line.replace(/.*left: /, ''));
  assert.deepEqual(left, ['npm packages, the Worker', 'the Worker']);
});

test('the first failure counts, and ends what still runs', async () => {
  // A program that never ends by itself; its only way out is to be ended.
  const endless = [process.execPath, ['-e', 'setInterval(() => {}, 1000)']];
  let ended = false;
  const jobs = [
    {
      name: 'endless',
      run: (signal) => run(...endless, { signal }).finally(() => (ended = true)),
    },
    {
      name: 'failing',
      async run() {
        const child = spawn(process.execPath, ['-e', 'process.exit(3)']);
        const [code] = await once(child, 'exit');
        throw new Failure(`ended with code ${code}`);
      },
    },
  ];
  await assert.rejects(together(jobs), /^Error: ended with code 3$/);
  assert.ok(ended);
});
