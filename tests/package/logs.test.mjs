// `copilotkit-gate logs`: from a request id on a page to the reason, in one command.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { Project } from './support/project.mjs';

let project;
before(() => {
  project = new Project();
});
after(() => project.remove());

const line = (more) => ({ event: 'decision', outcome: 'allow', reason: 'ok', status: 200, request_id: 'r-0', ...more });
const LINES = [
  line({ operation: 'agent/run', agent: 'default', sub: 'alice', request_id: 'r-1' }),
  line({ outcome: 'deny', reason: 'token_expired', status: 401, sub: 'bob', request_id: 'r-2' }),
  line({
    outcome: 'deny',
    reason: 'rule_denied',
    status: 403,
    operation: 'agent/run',
    agent: 'ops',
    sub: 'bob',
    rule: 2,
    rule_name: 'ops-admins',
    request_id: 'r-3',
  }),
];
/** An event as `wrangler tail --format json` prints it, over many lines. */
const tail = LINES.map((each, index) =>
  JSON.stringify(
    {
      outcome: 'ok',
      scriptName: 'gate',
      logs: [{ message: [JSON.stringify(each)], level: 'log', timestamp: 1_800_000_000_000 + index }],
      event: { request: { url: 'https://gate.acme.dev/{x}', method: 'POST' } },
    },
    null,
    2,
  ),
).join('\n');

test('one request is found by its id, with who, what, and the reason explained', async () => {
  const { code, stdout } = await project.gateWith(tail, 'logs', '--request-id', 'r-3');
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^2027-01-15T08:00:00\.002Z {2}deny 403 {2}bob: agent\/run of ops {2}rule_denied by rule 2 \(ops-admins\) {2}r-3\n/,
  );
  assert.match(stdout, /RULES\. To change: /);
  assert.equal(stdout.split('\n').filter(Boolean).length, 2);
});

test('an operation that the gate does not know is shown by method and path', async () => {
  const unknown = {
    outcome: 'deny',
    reason: 'unknown_operation',
    method: 'PATCH',
    path: '/threads/t-1/rename',
    status: 404,
  };
  const { stdout } = await project.gateWith(JSON.stringify(line({ ...unknown, sub: 'bob' })), 'logs');
  assert.match(stdout, /^deny 404 {2}bob: PATCH \/threads\/t-1\/rename {2}unknown_operation {2}r-0\n/);
  assert.match(stdout, /docs\/operate\.md#i-upgraded-copilotkit-and-something-is-404/);
});

test('an id that is not there ends with code 1', async () => {
  assert.equal((await project.gateWith(tail, 'logs', '--request-id', 'r-9')).code, 1);
});

test('filters by user, outcome and reason go together', async () => {
  const ids = async (...args) => {
    const { stdout } = await project.gateWith(tail, 'logs', '--json', ...args);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((text) => JSON.parse(text).request_id);
  };
  assert.deepEqual(await ids(), ['r-1', 'r-2', 'r-3']);
  assert.deepEqual(await ids('--user', 'bob'), ['r-2', 'r-3']);
  assert.deepEqual(await ids('--outcome', 'allow'), ['r-1']);
  assert.deepEqual(await ids('--user', 'bob', '--reason', 'token_expired'), ['r-2']);
});

test('a file of plain lines, among others, is read as well', async () => {
  project.write(
    'dev.log',
    `⎔ Starting local server...\n${LINES.map((each) => JSON.stringify(each)).join('\n')}\n[wrangler:info] GET /info {200}\n`,
  );
  const { stdout } = await project.gate('logs', 'dev.log', '--outcome', 'deny');
  assert.equal(stdout.match(/deny/g).length, 2);
});

test('a stray brace costs its own lines, and no decision', async () => {
  const broken = `{\n${tail}\n{ oops\n${LINES.map((each) => JSON.stringify(each)).join('\n')}\n{"event":`;
  const { code, stdout, stderr } = await project.gateWith(broken, 'logs', '--json');
  assert.equal(code, 0);
  assert.equal(stdout.split('\n').filter(Boolean).length, 2 * LINES.length);
  assert.match(stderr, /^3 lines could not be read$/m);
});

test('what never ends is not kept in memory', async () => {
  const [end] = LINES.map((each) => JSON.stringify(each));
  for (const endless of ['x'.repeat(5_000_000), '\n y'.repeat(2_500_000)]) {
    const { stdout, stderr } = await project.gateWith(`{${endless}\n${end}\n`, 'logs', '--json');
    assert.deepEqual(JSON.parse(stdout), LINES[0]);
    assert.match(stderr, /^\d+ lines? could not be read$/m);
  }
});

test('an odd line is printed like any other', async () => {
  const odd = [line({ reason: 'constructor' }), line({ reason: 5 }), line({ status: null, sub: {} })];
  const events = JSON.stringify({ logs: [null, { message: [JSON.stringify(line({}))], timestamp: 1e300 }] });
  const input = [...odd.map((each) => JSON.stringify(each)), events].join('\n');
  const { code, stdout } = await project.gateWith(input, 'logs');
  assert.equal(code, 0);
  assert.equal(stdout.match(/ allow |^allow /gm).length, 4);
});

/** One of each kind that a terminal obeys: C0, DEL, C1, line separators, bidirectional controls. */
const CONTROLS = [
  ...[0x07, 0x0a, 0x1b, 0x7f, 0x80, 0x9b, 0x9f, 0x61c, 0x200e, 0x200f, 0x2028, 0x2029],
  ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069],
].map((code) => String.fromCodePoint(code));

test('nothing in a line steers the terminal', async () => {
  const hostile = `a${CONTROLS.join('b')}c`;
  const members = ['sub', 'issuer', 'operation', 'agent', 'reason', 'claim', 'request_id', 'rule_name', 'status'];
  const given = line({ ...Object.fromEntries(members.map((name) => [name, hostile])), rule: 1 });
  given.report = { rule: 2, rule_name: hostile, outcome: hostile, reason: hostile };
  const input = JSON.stringify(given);
  const text = await project.gateWith(input, 'logs');
  const inJson = await project.gateWith(input, 'logs', '--json');
  for (const { stdout } of [text, inJson]) {
    const found = CONTROLS.filter((control) => control !== '\n' && stdout.includes(control));
    assert.deepEqual(found, []);
  }
  assert.match(text.stdout, /\\u001b.*\\u202e/);
  assert.equal(text.stdout.trimEnd().split('\n').length, 2);
  assert.deepEqual(JSON.parse(inJson.stdout), given, 'JSON means the same');
});

test('every reason that the documentation names is explained', async () => {
  const { explained } = await import('../../cli/reasons.mjs');
  const page = readFileSync(inRoot('docs/operate.md'), 'utf8');
  const [table] = /\| status \| `error` \| `code` \| reasons[\s\S]*?\n\n/.exec(page);
  const rows = table.split('\n').filter((row) => row.startsWith('| '));
  const names = rows.slice(1).flatMap((row) => {
    // The reason is the code where the table names none, and the code is the error.
    const named = row.split('|').map((cell) => cell.match(/`\w+…?`/g) ?? []);
    const [, , error = [], code = [], reasons = []] = named;
    return [reasons, code, error].find((list) => list.length > 0)?.map((name) => name.replace(/[`…]/g, '')) ?? [];
  });
  assert.ok(names.length > 40, `${names.length} reasons`);
  assert.deepEqual(
    names.filter((name) => !explained(name)),
    [],
  );
});
