// The set-up's jobs run side by side: what is left is told, and the first failure ends the rest. It empties no folder of others.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { refuseLink } from '../../scripts/lib/npm.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { Failure } from '../../scripts/lib/say.mjs';
import { inLanes, together } from '../../scripts/lib/together.mjs';

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

test('a few at a time: results in order, and no more than that at once', async () => {
  const running = new Set();
  let most = 0;
  const results = await inLanes([1, 2, 3, 4, 5], 2, async (item) => {
    running.add(item);
    most = Math.max(most, running.size);
    await new Promise((resolve) => setImmediate(resolve));
    running.delete(item);
    return item * 10;
  });
  assert.deepEqual(results, [10, 20, 30, 40, 50]);
  assert.equal(most, 2);
});

test('a few at a time: after a failure none is begun, and those that run are awaited', async () => {
  const begun = [];
  let ended = false;
  const work = async (item) => {
    begun.push(item);
    if (item === 1) throw new Failure('the first');
    await new Promise((resolve) => setImmediate(resolve));
    ended = true;
  };
  await assert.rejects(inLanes([1, 2, 3, 4], 2, work), { message: 'the first' });
  assert.deepEqual(begun, [1, 2]);
  assert.ok(ended);
});

test('a node_modules that is a link is refused, since npm would empty what it leads to', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'gate-link-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const link = join(folder, 'node_modules');
  refuseLink(link);
  refuseLink(folder);
  symlinkSync(folder, link);
  assert.throws(() => refuseLink(link), /is a link/);
});
