// The workflow runs every part of .ci/run, each once.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { inRoot } from '../../scripts/lib/paths.mjs';

const { jobs } = parse(readFileSync(inRoot('.github/workflows/ci.yml'), 'utf8'));
const script = readFileSync(inRoot('.ci/run'), 'utf8');
const parts = /^readonly PARTS=\((.+)\)$/m.exec(script)[1].split(' ');

/** The arguments of the job's call of `.ci/run`, once for each entry of its matrix. */
function calls({ steps, strategy }) {
  const [, args] = /^bash \.ci\/run (.+)$/.exec(steps.at(-1).run);
  return (strategy?.matrix.parts ?? ['']).map((entry) => args.replace('$' + '{{ matrix.parts }}', entry).split(' '));
}

test('the jobs of the workflow run every part of .ci/run once', () => {
  assert.deepEqual(Object.values(jobs).flatMap(calls).flat().sort(), parts.toSorted());
});

test('every job restores a cache, and the job that checks the commits has their history', () => {
  for (const { steps } of Object.values(jobs)) assert.ok(steps.some(({ uses }) => uses?.startsWith('actions/cache@')));
  const [checkout] = jobs.quick.steps;
  assert.equal(checkout.with['fetch-depth'], 0);
});

test('.ci/run refuses a part that it does not have', () => {
  const { status, stderr } = spawnSync('bash', [inRoot('.ci/run'), 'no-such-part'], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [2, `there is no part "no-such-part": ${parts.join(' ')}\n`]);
});
