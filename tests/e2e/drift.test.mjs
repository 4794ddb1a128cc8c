// `npm run drift` finds in the pinned packages what the gate knows, and nothing else; and it finds what would be new.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { differences, tableOf } from '../../scripts/drift/compare.mjs';
import { known, tableOf as operations } from '../../scripts/drift/known.mjs';
import { observed } from '../../scripts/drift.mjs';
import { TOOLS, inRoot } from '../../scripts/lib/paths.mjs';

/** What may be new, and the first two columns of the row that says so. */
const NEWS = {
  'a route': [
    (found) => found.routes.push({ name: 'threads/rename', methods: ['PATCH'], path: '/threads/{thread}/rename' }),
    'route threads/rename /threads/{thread}/rename | –',
  ],
  'a route that is gone': [(found) => found.routes.shift(), 'route agent/connect /agent/{agent}/connect | POST'],
  'another method of a route': [
    (found) => found.routes.find(({ name }) => name === 'info').methods.push('POST'),
    'route info /info | GET',
  ],
  'another path of a route': [
    (found) => (found.routes.find(({ name }) => name === 'info').path = '/information'),
    'route info /info | GET',
  ],
  'a method of envelopes': [(found) => found.envelopes.push('threads/list'), 'methods of envelopes | –'],
  'a member of /info': [(found) => (found.info.members.users = 'array'), 'GET /info: `users` | –'],
  'another type in /info': [(found) => (found.info.members.agents = 'array'), 'GET /info: `agents` | object'],
  'a member of a thread': [
    (found) => delete found.threads.members['threads[].id'],
    'GET /threads: `threads[].id` | string',
  ],
  'another status of a refusal': [
    (found) => (found.errors['an unknown agent'].status = 400),
    'the answer to an unknown agent: status | 404',
  ],
  'a header of the client': [
    (found) => found.client['GET /info'].headers.push('x-new'),
    "CopilotKit's client, GET /info: headers | –",
  ],
  'a property of the client of envelopes': [
    (found) => found.singleClient['agent/run'].forwardedProps.push('user'),
    "CopilotKit's client of envelopes, agent/run: forwardedProps | –",
  ],
  'a member of an input': [
    (found) => found.agui['POST /agent/{agent}/run'].body.push('identity'),
    "AG-UI's client, POST /agent/{agent}/run: body | –",
  ],
  'a request of the client': [
    (found) => (found.client['GET /users'] = { headers: [], query: [], body: [], forwardedProps: [] }),
    "CopilotKit's client, GET /users | –",
  ],
};

let found;
before(async () => (found = await observed(inRoot(), `${TOOLS}/drift-of-tests.json`)));

it('finds what the gate knows in the packages that are pinned', () => {
  assert.deepEqual(differences(known(), found), []);
  assert.ok(found.routes.length > 20 && found.envelopes.length > 8, 'and it has looked');
  const { devDependencies } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  for (const [name, version] of Object.entries(found.versions)) assert.equal(version, devDependencies[name]);
});

describe('finds', () => {
  for (const [name, [change, row]] of Object.entries(NEWS)) {
    it(name, () => {
      const other = structuredClone(found);
      change(other);
      const rows = tableOf(differences(known(), other)).split('\n').slice(2);
      assert.ok(rows.length >= 1 && rows[0].startsWith(`| ${row} |`), rows.join('\n'));
    });
  }
});

it('takes what some versions have for known, there or not', () => {
  const [name, { body }] = Object.entries(known().agui)[0];
  assert.ok(body.includes('protocolVersion?'));
  const other = structuredClone(found);
  other.agui[name].body.push('protocolVersion');
  assert.deepEqual(differences(known(), other), []);
});

it('reads every row of the table of operations', () => {
  const source = readFileSync(inRoot('src/call/operations.rs'), 'utf8');
  const rows = source.split('\n').filter((line) => line.trim().startsWith('row("'));
  assert.equal(operations(source).routes.length, rows.length);
  assert.throws(() => operations(source.replaceAll('row("', 'line("')), /no rows/);
});
