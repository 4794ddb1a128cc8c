// Rules that could never decide what they say they decide: a mistake that would go unnoticed closes the gate instead.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

const NOBODY = { allow: 'nobody' };

/** Name, RULES, and the place in it that the log must name. */
const WRONG = [
  [
    'agents on operations that have none',
    [{ agents: ['a'], operations: ['info', 'transcribe'], ...NOBODY }],
    'RULES[0]',
  ],
  [
    'the same rule twice',
    [
      { agents: ['a'], ...NOBODY },
      { agents: ['a'], allow: 'anyone' },
    ],
    'RULES[1]',
  ],
  ['a rule behind one for everything', [NOBODY, { operations: ['info'], allow: 'anyone' }], 'RULES[1]'],
  [
    'a rule behind a wider glob',
    [
      { agents: ['team-*'], allow: 'authenticated' },
      { agents: ['team-red'], ...NOBODY },
    ],
    'RULES[1]',
  ],
  [
    'a rule behind more operations',
    [
      { operations: ['threads/*'], allow: 'authenticated' },
      { operations: ['threads/clear'], ...NOBODY },
    ],
    'RULES[1]',
  ],
  ['an operation that does not exist', [{ operations: ['agent/run', 'agent/walk'], ...NOBODY }], 'RULES[0].operations'],
  ['a glob over no operation', [{ operations: ['agents/*'], ...NOBODY }], 'RULES[0].operations'],
  ['an operation in other case', [{ operations: ['Info'], ...NOBODY }], 'RULES[0].operations'],
  ['an empty list of operations', [{ operations: [], ...NOBODY }], 'RULES[0].operations'],
  ['an empty list of agents', [{ agents: [], ...NOBODY }], 'RULES[0].agents'],
  ['agents of the wrong type', [{ agents: [7], ...NOBODY }], 'RULES[0].agents'],
  ['a requirement of nothing', [{ require: {} }], 'RULES[0].require'],
  ['a requirement of an empty list', [{ require: { roles: [] } }], 'RULES[0].require.roles'],
  ['an unknown requirement', [{ require: { role: ['a'] } }], 'RULES[0].require'],
  ['a claim without a value', [{ require: { claims: { plan: [] } } }], 'RULES[0].require.claims'],
  ['no claims at all', [{ require: { claims: {} } }], 'RULES[0].require.claims'],
  ['a claim that is compared with a table', [{ require: { claims: { plan: { a: 1 } } } }], 'RULES[0].require.claims'],
  ['a scope that no challenge could hold', [{ require: { scopes: ['a"b'] } }], 'RULES[0].require.scopes'],
  ['a limit that names no binding', [{ allow: 'anyone', limit: { binding: 'RUNS', period: 60 } }], 'RULES[0].limit'],
  ['a limit with a member too many', [{ allow: 'anyone', limit: { binding: 'RUNS', rate: 1 } }], 'RULES[0].limit.rate'],
  ['a name with a space', [{ name: 'ops admins', ...NOBODY }], 'RULES[0].name'],
  [
    'a name that another rule has',
    [
      { name: 'a', agents: ['a'], ...NOBODY },
      { name: 'a', ...NOBODY },
    ],
    'RULES[1].name',
  ],
  ['a member name twice', '[{"allow":"nobody","allow":"anyone"}]', 'RULES'],
  ['a rule that is no table', ['nobody'], 'RULES[0]'],
];
const RIGHT = [
  ['none', []],
  [
    'the narrower before the wider',
    [
      { agents: ['team-red'], ...NOBODY },
      { agents: ['team-*'], allow: 'anyone' },
    ],
  ],
  ['agents on operations of which one has them', [{ agents: ['a'], operations: ['info', 'agent/run'], ...NOBODY }]],
  ['one text for a list of one', [{ agents: 'a', operations: 'agent/*', ...NOBODY }]],
  ['a text of JSON', '[{"operations":["agent/run"],"allow":"nobody"}]'],
];

let idp, origin, gates;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = usualVars({ idp, origin });
  gates = await startGates([...WRONG, ...RIGHT].map(([, RULES]) => ({ vars: { ...vars, RULES } })));
});
after(() => gates?.[0].dispose());

const ask = (index) => gates[index].send({ path: '/info', token: idp.token() });

describe('closed, because of', () => {
  WRONG.forEach(([name, , place], index) => {
    it(`${name}: the log names ${place}`, async () => {
      const start = gates[index].log.lines.length;
      assertRefused(await withoutOrigin(origin, () => ask(index)), 500);
      await gates[index].log.find((line) => line.includes(`"${place}`) && line, `a line that names ${place}`, start);
    });
  });
});

describe('open, with', () => {
  RIGHT.forEach(([name], index) => {
    it(name, async () => {
      const answer = await ask(WRONG.length + index);
      assert.equal(answer.status, 200, answer.text);
    });
  });
});
