// THREAD_KEY: the id that the origin sees is sealed to its caller, and no caller reaches a thread that is another's.

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
const OTHER_KEY = Buffer.alloc(32, 8).toString('base64url');
/** RFC 9562, section 5.8. */
const UUID_8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let idp, partner, origin, gate, rekeyed, replaced, shared, anonymous, mailed;
before(async () => {
  idp = await startProvider(makeKey());
  partner = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), ISSUERS: [idp.trusted(), partner.trusted()], THREAD_KEY: KEY };
  [gate, rekeyed, replaced, shared, anonymous, mailed] = await startGates([
    { vars },
    { vars: { ...vars, THREAD_KEY: OTHER_KEY } },
    { vars: { ...vars, THREAD_KEY: JSON.stringify([OTHER_KEY, KEY]) } },
    { vars: { ...vars, THREADS: 'shared' } },
    { vars: { ...vars, ANONYMOUS: true } },
    { vars: { ...vars, IDENTITY: { 'x-user-id': 'email' } } },
  ]);
});
after(() => gate?.dispose());

const alice = () => idp.token({ sub: 'alice' });
const bob = () => idp.token({ sub: 'bob' });

/** The thread id that the origin sees for the one a caller chose. */
async function sealed(choice, { token = alice(), through = gate } = {}) {
  const { answer, received } = await relay(through, origin, {
    ...post('/agent/a/run', input({ threadId: choice })),
    token,
  });
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(received[0].text).threadId;
}

describe('a sealed id', () => {
  for (const choice of [
    't-1',
    'x',
    'Zoë 🙂',
    '00000000-0000-4000-8000-000000000000',
    'a'.repeat(200),
    ' ',
    '../x',
    'clear',
  ]) {
    it(`for ${JSON.stringify(choice.slice(0, 40))} is a UUID that shows nothing of it`, async () => {
      const id = await sealed(choice);
      assert.match(id, UUID_8);
      assert.notEqual(id, choice);
    });
  }

  it('is the same for the same caller and choice, whatever the token', async () => {
    const again = idp.token({ sub: 'alice', jti: 'another', role: 'editor' });
    assert.equal(await sealed('t-1', { token: again }), await sealed('t-1'));
  });

  it('differs by choice, subject, issuer and key', async () => {
    const ids = [
      await sealed('t-1'),
      await sealed('t-2'),
      await sealed('T-1'),
      await sealed('t-1', { token: bob() }),
      await sealed('t-1', { token: idp.token({ sub: 'Alice' }) }),
      await sealed('t-1', { token: partner.token({ sub: 'alice' }) }),
      await sealed('t-1', { through: rekeyed }),
    ];
    assert.equal(new Set(ids).size, ids.length, ids.join('\n'));
  });

  it('does not confuse where issuer, subject and choice end', async () => {
    const ids = [
      await sealed('bc', { token: idp.token({ sub: 'a' }) }),
      await sealed('c', { token: idp.token({ sub: 'ab' }) }),
    ];
    assert.notEqual(ids[0], ids[1]);
  });

  it('passes unchanged when its owner sends it back', async () => {
    const id = await sealed('t-1');
    assert.equal(await sealed(id), id);
  });

  it('of an older key passes unchanged, and new ones are of the newest', async () => {
    const id = await sealed('t-1');
    assert.equal(await sealed(id, { through: replaced }), id);
    assert.equal(await sealed('t-1', { through: replaced }), await sealed('t-1', { through: rekeyed }));
    assert.notEqual(await sealed(id, { through: replaced, token: bob() }), id);
  });

  const strangers = [
    ['another subject', () => ({ token: bob() })],
    ['another issuer', () => ({ token: partner.token({ sub: 'alice' }) })],
    ['another key', () => ({ through: rekeyed })],
  ];
  for (const [name, make] of strangers) {
    it(`is derived anew for ${name}`, async () => {
      const id = await sealed('t-1');
      const own = await sealed(id, make());
      assert.match(own, UUID_8);
      assert.notEqual(own, id);
      assert.notEqual(own, await sealed('t-1', make()));
    });
  }

  it('is not recognised once a digit of it is changed', async () => {
    const id = await sealed('t-1');
    const [last, other] = id.endsWith('0') ? ['0', '1'] : [id.at(-1), '0'];
    const near = id.slice(0, -last.length) + other;
    assert.notEqual(await sealed(near), near);
    const first = (id[0] === 'f' ? '0' : 'f') + id.slice(1);
    assert.notEqual(await sealed(first), first);
  });
});

describe('a thread needs an owner and an id', () => {
  const run = (threadId) => post('/agent/a/run', input({ threadId }));
  const rows = [
    ['a token without sub', () => ({ ...run('t-1'), token: idp.token({ sub: undefined }) }), 401, 'claims_rejected'],
    ['no thread id', () => ({ ...run(undefined), token: alice() }), 400, 'malformed_body'],
    ['an empty one', () => ({ ...run(''), token: alice() }), 400, 'malformed_body'],
    ['a number', () => ({ ...run(7), token: alice() }), 400, 'malformed_body'],
    ['null', () => ({ ...run(null), token: alice() }), 400, 'malformed_body'],
    ['a list', () => ({ ...run(['t-1']), token: alice() }), 400, 'malformed_body'],
    ['one of megabytes', () => ({ ...run('t'.repeat(1 << 20)), token: alice() }), 400, 'malformed_body'],
    [
      'a list of threads without sub',
      () => ({ path: '/threads', token: idp.token({ sub: undefined }) }),
      401,
      'claims_rejected',
    ],
  ];
  for (const [name, make, status, code] of rows) {
    it(`${name}: ${status} ${code}`, async () => {
      const { answer, heard } = await relay(gate, origin, make());
      assertRefused(answer, status, code);
      assert.equal(heard, 0);
    });
  }

  it('where another claim names the user, a token without sub may still ask what concerns no thread', async () => {
    const token = idp.token({ sub: undefined, email: 'a@example.com' });
    assert.equal((await mailed.send({ path: '/info', token })).status, 200);
    const { answer, heard } = await relay(mailed, origin, { path: '/threads', token });
    assertRefused(answer, 401, 'claims_rejected');
    assert.equal(heard, 0);
  });
});

describe('threads/list', () => {
  /** What the gate makes of the origin's answer for a caller. */
  async function listed(answer, { token = alice(), headers = {} } = {}) {
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
    const reply = [200, { 'content-type': 'application/json', ...headers }, text];
    return (await relay(gate, origin, { path: '/threads?agentId=a', token }, reply)).answer;
  }

  it("holds only the caller's own threads, as they came", async () => {
    const [hers, his] = [await sealed('t-1'), await sealed('t-1', { token: bob() })];
    const mine = `{ "id" : "${hers}","name":"\\u00e9","n":12345678901234567890}`;
    const rest = [{ id: his }, { id: 't-1' }, { id: hers.toUpperCase() }, { name: hers }, { id: [hers] }, hers, null];
    const [first, ...others] = rest.map((thread) => JSON.stringify(thread));
    const all = `{"threads":[${first},${mine},${others}],"nextCursor":"c-1"}`;
    // The last thread is somebody else's, and the cursor tells of it.
    assert.equal((await listed(all)).text, `{"threads":[${mine}]}`);
    const ends = `{"threads":[${others},${mine}],"nextCursor":"c-1"}`;
    assert.equal((await listed(ends)).text, `{"threads":[${mine}],"nextCursor":"c-1"}`);
    assert.deepEqual((await listed(all, { token: bob() })).json.threads, [{ id: his }]);
    assert.deepEqual((await listed(all, { token: partner.token({ sub: 'alice' }) })).json.threads, []);
  });

  const odd = [
    ['no JSON', 'oops'],
    ['no list', '{"threads":{}}'],
    ['another form', '{"items":[]}'],
    ['a list alone', '[]'],
  ];
  for (const [name, text] of odd) {
    it(`an answer that is ${name}: 502`, async () => assertRefused(await listed(text), 502));
  }

  it("passes the origin's refusals as they are", async () => {
    const request = { path: '/threads', token: alice() };
    const { answer } = await relay(gate, origin, request, [
      422,
      { 'content-type': 'application/json' },
      '{"error":"no"}',
    ]);
    assert.deepEqual([answer.status, answer.text], [422, '{"error":"no"}']);
  });
});

describe('callers without a credential', () => {
  const ask = (more = {}) => relay(anonymous, origin, { ...post('/agent/a/run', input()), ...more });

  it('have sealed ids too, and nobody else has the same', async () => {
    const { received } = await ask();
    const { threadId } = JSON.parse(received[0].text);
    assert.match(threadId, UUID_8);
    assert.notEqual(threadId, await sealed('t-1', { through: anonymous }));
  });

  it('cannot enter the thread of a signed-in user', async () => {
    const id = await sealed('t-1', { through: anonymous });
    const { received } = await ask(post('/agent/a/connect', input({ threadId: id })));
    assert.notEqual(JSON.parse(received[0].text).threadId, id);
  });

  for (const path of ['/threads', '/threads/t-1/messages', '/threads/t-1/state']) {
    it(`may not GET ${path}`, async () => {
      const { answer, heard } = await relay(anonymous, origin, { path });
      assert.ok([401, 403].includes(answer.status), answer.text);
      assertRefused(answer, answer.status);
      assert.equal(heard, 0);
    });
  }
});

describe('THREADS = shared, with the key set', () => {
  it('keeps the ids', async () => assert.equal(await sealed('t-1', { through: shared }), 't-1'));

  for (const path of ['/threads', '/threads/t-1/messages', '/threads/t-1/events']) {
    it(`denies GET ${path}`, async () => {
      const { answer, heard } = await relay(shared, origin, { path, token: alice() });
      assertRefused(answer, 403, 'rule_denied');
      assert.equal(heard, 0);
    });
  }
});
