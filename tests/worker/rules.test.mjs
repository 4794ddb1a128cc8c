// RULES: which rule decides, and what each decision means for whom. One gate per list of rules.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

const KEY = Buffer.alloc(32, 7).toString('base64url');

const LISTS = {
  ordered: [
    { agents: ['public-closed'], allow: 'nobody' },
    { agents: ['public-*', 'front*desk'], operations: ['agent/run', 'agent/connect'], allow: 'anyone' },
    { agents: ['secret'], allow: 'nobody' },
    { agents: ['*'], operations: ['agent/*'], allow: 'authenticated' },
    { operations: ['transcribe', 'memories/*'], allow: 'nobody' },
    { operations: ['inspector/metadata'], allow: 'anyone' },
  ],
  closed: [{ operations: ['info'], allow: 'authenticated' }, { allow: 'nobody' }],
  opened: [{ operations: ['threads/*', 'threads/clear', 'cpk-debug-events'], allow: 'authenticated' }],
  globbed: [{ operations: ['*'], allow: 'authenticated' }],
  messages: [{ operations: ['threads/messages'], allow: 'authenticated' }],
  agents: [{ agents: ['*'], allow: 'authenticated' }],
  shut: [{ agents: ['*'], allow: 'nobody' }],
  everything: [{ allow: 'authenticated' }],
  anyone: [{ operations: ['*'], allow: 'anyone' }],
  none: [],
  isolated: [],
};
/** Gates whose threads are sealed to their owners. */
const ISOLATED = ['isolated', 'anyone'];

let idp, origin, gates;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = usualVars({ idp, origin });
  const settings = Object.entries(LISTS).map(([name, RULES]) => ({
    vars: { ...vars, RULES, ...(ISOLATED.includes(name) && { THREAD_KEY: KEY }) },
  }));
  const started = await startGates(settings);
  gates = Object.fromEntries(Object.keys(LISTS).map((name, index) => [name, started[index]]));
});
after(() => gates?.none.dispose());

const run = (agent, what = 'run') => post(`/agent/${agent}/${what}`, input());
const get = (path) => ({ path });

/** Gate, request, and what a stranger and a signed-in user get: a status, or a status and a code. */
const ROWS = [
  // first match decides
  ['ordered', 'POST public-a run', run('public-a'), 200, 200],
  ['ordered', 'POST public- run: a star stands for nothing too', run('public-'), 200, 200],
  ['ordered', 'POST front-desk run: a star in the middle', run('front-desk'), 200, 200],
  ['ordered', 'POST frontdesks run: the whole name must match', run('frontdesks'), 401, 200],
  ['ordered', 'POST xpublic-a run', run('xpublic-a'), 401, 200],
  ['ordered', 'POST Public-a run: case matters', run('Public-a'), 401, 200],
  ['ordered', 'POST public-closed run: the earlier rule', run('public-closed'), 401, 403],
  ['ordered', 'POST public-a suggest: another operation', run('public-a', 'suggest'), 401, 200],
  ['ordered', 'POST secret run', run('secret'), 401, 403],
  ['ordered', 'POST secret connect', run('secret', 'connect'), 401, 403],
  ['ordered', 'POST secret stop', post('/agent/secret/stop/t-1', ''), 401, 403],
  ['ordered', 'POST transcribe', post('/transcribe', {}), 401, 403],
  ['ordered', 'GET memories: no agent, another rule', get('/memories'), 401, 403],
  ['ordered', 'GET inspector-metadata', get('/inspector-metadata'), 200, 200],
  ['ordered', 'GET info: no rule, so any verified caller', get('/info'), 401, 200],
  ['ordered', 'an unknown path, next to what anyone may', get('/public-a'), 401, 404],
  // the last rule catches all
  ['closed', 'GET info', get('/info'), 401, 200],
  ['closed', 'POST a run', run('a'), 401, 403],
  ['closed', 'POST annotate', post('/annotate', { type: 'x', threadId: 't-1' }), 401, 403],
  // defaults
  ['none', 'POST a run', run('a'), 401, 200],
  ['none', 'POST annotate', post('/annotate', { type: 'x', threadId: 't-1' }), 401, 200],
  ['none', 'GET memories', get('/memories'), 401, 200],
  ['none', 'GET threads', get('/threads'), 401, 403],
  ['none', 'POST threads/clear', post('/threads/clear', ''), 401, 403],
  ['none', 'GET cpk-debug-events', get('/cpk-debug-events'), 401, 403],
  ['none', 'an operation that the gate does not know', post('/agent/a/fork', input()), 401, 404],
  ['isolated', 'GET threads/t/messages', get('/threads/t-1/messages'), 401, 200],
  ['isolated', 'DELETE threads/t', { method: 'DELETE', path: '/threads/t-1' }, 401, 200],
  ['isolated', 'POST threads/clear, even so', post('/threads/clear', ''), 401, 403],
  ['isolated', 'GET cpk-debug-events, even so', get('/cpk-debug-events'), 401, 403],
  // a rule opens what is closed by default
  ['opened', 'GET threads', get('/threads'), 401, 200],
  ['opened', 'POST threads/clear', post('/threads/clear', ''), 401, 200],
  ['opened', 'GET cpk-debug-events', get('/cpk-debug-events'), 401, 200],
  ['globbed', 'GET threads: a glob names them', get('/threads'), 401, 200],
  ['globbed', "POST threads/clear: a glob does not open what is everybody's", post('/threads/clear', ''), 401, 403],
  ['globbed', 'GET cpk-debug-events: nor this', get('/cpk-debug-events'), 401, 403],
  ['messages', 'GET threads/t/messages', get('/threads/t-1/messages'), 401, 200],
  ['messages', 'GET threads/t/events: only what the rule names', get('/threads/t-1/events'), 401, 403],
  // a rule with agents is about operations that name one
  ['agents', 'POST a run', run('a'), 401, 200],
  ['agents', 'POST threads/clear: names no agent', post('/threads/clear', ''), 401, 403],
  ['agents', 'GET cpk-debug-events: names no agent', get('/cpk-debug-events'), 401, 403],
  ['agents', 'GET threads of an agent: no list of operations names them', get('/threads?agentId=a'), 401, 403],
  ['agents', 'GET threads/t/messages', get('/threads/t-1/messages'), 401, 403],
  ['shut', 'POST a run', run('a'), 401, 403],
  ['shut', 'POST a stop', post('/agent/a/stop/t-1', ''), 401, 403],
  ['shut', 'GET info: names no agent', get('/info'), 401, 200],
  ['shut', 'GET memories: name no agent', get('/memories'), 401, 200],
  // a rule without operations opens nothing that is closed by default
  ['everything', 'GET info', get('/info'), 401, 200],
  ['everything', 'GET threads/t/messages', get('/threads/t-1/messages'), 401, 403],
  ['everything', 'POST threads/clear', post('/threads/clear', ''), 401, 403],
  // who has no name of their own reaches nothing that is somebody's
  ['anyone', 'GET info', get('/info'), 200, 200],
  ['anyone', 'POST a run', run('a'), 200, 200],
  ['anyone', 'GET threads/t/state', get('/threads/t-1/state'), 401, 200],
  ['anyone', 'GET threads/t/messages', get('/threads/t-1/messages'), 401, 200],
  ['anyone', 'DELETE threads/t', { method: 'DELETE', path: '/threads/t-1' }, 401, 200],
  ['anyone', 'POST threads/clear', post('/threads/clear', ''), 401, 403],
  ['anyone', 'GET memories', get('/memories'), 401, 200],
  ['anyone', 'POST memories/recall', post('/memories/recall', { query: 'x' }), 401, 200],
  ['anyone', 'DELETE memories/m', { method: 'DELETE', path: '/memories/m-1' }, 401, 200],
];
const CODES = { 401: 'missing_token', 403: 'rule_denied', 404: undefined };

/** Sends the request; on 200 it must have reached the origin once, otherwise not at all. */
async function assertDecided(gate, request, status, code = CODES[status]) {
  const { answer, received } = await relay(gate, origin, request);
  if (status === 200) assert.equal(answer.status, 200, answer.text);
  else assertRefused(answer, status, code);
  assert.equal(received.length, status === 200 ? 1 : 0, 'requests at the origin');
  return received[0];
}

describe('who may', () => {
  for (const [gate, name, request, stranger, user] of ROWS) {
    it(`[${gate}] ${name}: ${user}, without a token ${stranger}`, async () => {
      await assertDecided(gates[gate], { ...request, token: idp.token() }, user);
      await assertDecided(gates[gate], request, stranger);
    });
  }
});

describe('where anyone may', () => {
  const rows = [
    ['a token that is none', () => ({ token: 'garbage' }), 401, 'invalid_token'],
    ['an expired token', () => ({ token: idp.token({ exp: 1 }) }), 401, 'token_expired'],
    ['another scheme', () => ({ headers: [['Authorization', 'Basic dXNlcjpwYXNz']] }), 401, 'missing_token'],
    ['a token in the query', () => ({ path: `/agent/public-a/run?access_token=x` }), 401, 'missing_token'],
  ];
  for (const [name, make, status, code] of rows) {
    it(`${name} is still refused: ${status} ${code}`, async () => {
      const { headers = [], ...more } = make();
      const request = { ...run('public-a'), ...more };
      await assertDecided(gates.ordered, { ...request, headers: [...request.headers, ...headers] }, status, code);
    });
  }

  it("a stranger's identity headers do not go on", async () => {
    const request = run('public-a');
    const forged = [
      ['x-user-id', 'forged'],
      ['X_User_Role', 'forged'],
    ];
    const { pairs } = await assertDecided(gates.ordered, { ...request, headers: [...request.headers, ...forged] }, 200);
    assert.ok(!JSON.stringify(pairs).includes('forged'), JSON.stringify(pairs));
  });

  it('a verified caller is named to the origin', async () => {
    const { headers } = await assertDecided(gates.ordered, { ...run('public-a'), token: idp.token() }, 200);
    assert.equal(headers['x-user-id'], 'user-1');
  });
});

describe('by envelope', () => {
  const call = (method, agentId, body = input()) => post('', { method, params: { agentId }, body });
  const rows = [
    ['agent/run public-a', call('agent/run', 'public-a'), 200, 200],
    ['agent/run secret', call('agent/run', 'secret'), 401, 403],
    ['agent/run public-closed', call('agent/run', 'public-closed'), 401, 403],
    ['agent/suggest public-a', call('agent/suggest', 'public-a'), 401, 200],
    ['an unknown method', call('agent/fork', 'public-a'), 401, 404],
    ['transcribe', post('', { method: 'transcribe', body: {} }), 401, 403],
  ];
  for (const [name, request, stranger, user] of rows) {
    it(`${name}: ${user}, without a token ${stranger}`, async () => {
      await assertDecided(gates.ordered, { ...request, token: idp.token() }, user);
      await assertDecided(gates.ordered, request, stranger);
    });
  }
});
