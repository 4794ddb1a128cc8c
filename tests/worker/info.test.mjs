// The answer to /info names only the agents that the caller may run; everything else in it stays as the origin sent it.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { envelope } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

const AGENT_RULES = [
  { agents: ['secret', 'lab-*'], allow: 'nobody' },
  { agents: ['team'], operations: ['agent/run'], require: { roles: ['editor'] } },
  { agents: ['scoped'], operations: ['agent/run'], require: { scopes: ['scoped:run'] } },
];
const RULES = [{ operations: ['info', 'inspector/metadata'], allow: 'authenticated' }, ...AGENT_RULES];
/** Which of the open agents are for whom. */
const FOR_SOME = [{ agents: ['open'], operations: ['agent/run'], allow: 'authenticated' }];
const AGENT = '{ "name" : "x\\u0041", "description":"\\ud83d\\ude00", "big": 12345678901234567890.50 }';
const names = ['open', 'secret', 'lab-1', 'team', 'scoped'];
const INFO = `{"version":"1.75.0" ,"agents":{${names.map((name) => `"${name}":${AGENT}`)}},"mode":"sse",
  "a2ui":{"enabled":true,"agents":${JSON.stringify(names)}},
  "threadEndpoints":{"list":true},"big":1234567890123456789012}`;
const JSON_ANSWER = { 'content-type': 'application/json', etag: '"whole"', 'x-runtime': 'kept' };

const THREAD_KEY = Buffer.alloc(32, 7).toString('base64url');

let idp, origin, gate, single, open, asked, anonymous, shared;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), RULES };
  [gate, single, open, asked, anonymous, shared] = await startGates([
    { vars },
    { vars: { ...vars, ORIGIN_MODE: 'single-route' } },
    { vars: { ...vars, RULES: [], THREAD_KEY } },
    { vars: { ...vars, RULES: [{ operations: ['info'], allow: 'anyone' }, ...AGENT_RULES, ...FOR_SOME] } },
    { vars: { ...vars, RULES: FOR_SOME, ANONYMOUS: true } },
    { vars: { ...vars, RULES: [] } },
  ]);
});
after(() => gate?.dispose());

/** Asks for /info, to which the origin answers this. */
async function info(
  body = INFO,
  { through = gate, token = idp.token(), headers = {}, request = { path: '/info' }, status = 200 } = {},
) {
  const reply = [status, { ...JSON_ANSWER, ...headers }, body];
  return (await relay(through, origin, { ...request, token }, reply)).answer;
}

function assertLists(answer, expected) {
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(Object.keys(answer.json.agents), expected);
  assert.deepEqual(answer.json.a2ui.agents, expected);
}

describe('the agents that are listed', () => {
  const rows = [
    ['a caller with no claim of note', {}, ['open']],
    ['an editor', { role: 'editor' }, ['open', 'team']],
    ['one with the scope', { scope: 'scoped:run' }, ['open', 'scoped']],
    ['one with both', { role: 'editor', scope: 'scoped:run' }, ['open', 'team', 'scoped']],
  ];
  for (const [name, claims, expected] of rows) {
    it(`for ${name}: ${expected}`, async () => assertLists(await info(INFO, { token: idp.token(claims) }), expected));
  }

  it('for a stranger whom a rule shows them: what every verified caller may run, as the page asks only once', async () => {
    for (const request of [{ path: '/info' }, envelope({ method: 'info' })])
      assertLists(await info(INFO, { through: asked, token: '', request }), ['open']);
  });

  it('for an anonymous caller: what callers without a token may run', async () => {
    const two = '{"agents":{"open":{},"free":{}},"a2ui":{"agents":["open","free"]}}';
    for (const request of [{ path: '/info' }, envelope({ method: 'info' })])
      assertLists(await info(two, { through: anonymous, token: '', request }), ['free']);
    assertLists(await info(two, { through: anonymous }), ['open', 'free']);
  });

  it('are the same when asked by envelope', async () => {
    assertLists(await info(INFO, { request: envelope({ method: 'info' }) }), ['open']);
  });

  for (const [name, request] of [
    ['by path', { path: '/info' }],
    ['by envelope', envelope({ method: 'info' })],
  ]) {
    it(`are the same from a single-route origin, asked ${name}`, async () => {
      assertLists(await info(INFO, { through: single, request }), ['open']);
    });
  }

  for (const [coding, compress] of [
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ]) {
    it(`are the same in an answer packed with ${coding}`, async () => {
      const answer = await info(compress(INFO), { headers: { 'content-encoding': coding } });
      assertLists(answer, ['open']);
      assert.equal(answer.headers['content-encoding'], undefined);
    });
  }
});

describe('a filtered answer', () => {
  it('is otherwise as it came, byte for byte', async () => {
    const { text, headers } = await info();
    for (const part of ['"version":"1.75.0"', AGENT, '"big":1234567890123456789012']) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['x-runtime'], 'kept');
  });

  it('is asked for in a coding that every platform undoes', async () => {
    const request = { path: '/info', headers: [['Accept-Encoding', 'zstd, br']], token: idp.token() };
    const accepted = async (through) => (await relay(through, origin, request)).received[0].headers['accept-encoding'];
    assert.equal(await accepted(gate), 'gzip');
    assert.equal(await accepted(open), 'zstd, br');
  });

  it('does not name the others anywhere', async () => {
    const { text } = await info();
    for (const name of ['secret', 'lab-1', 'team', 'scoped']) assert.ok(!text.includes(name), `${name} in ${text}`);
  });

  it('has a length and a tag of its own, if any', async () => {
    const { headers, bytes } = await info();
    assert.notEqual(headers.etag, '"whole"');
    if (headers['content-length']) assert.equal(Number(headers['content-length']), bytes.length);
  });

  it('is an answer to HEAD too, without a body', async () => {
    const answer = await info(undefined, { request: { method: 'HEAD', path: '/info' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.text, '');
  });

  it('may list no agents at all', async () => {
    assert.deepEqual((await info('{"agents":{"secret":{}},"a2ui":{"agents":["secret"]}}')).json.agents, {});
    assert.deepEqual((await info('{"version":"1"}')).json, { version: '1' });
  });

  it("passes the origin's refusals as they are", async () => {
    const answer = await info('{"error":"nope"}', { status: 404 });
    assert.deepEqual([answer.status, answer.text], [404, '{"error":"nope"}']);
  });
});

describe('an answer that cannot be filtered: 502', () => {
  const rows = [
    ['no JSON', '<!doctype html>'],
    ['half of it', INFO.slice(0, -10)],
    ['a list', '[]'],
    ['agents in a list', '{"agents":["secret"]}'],
    ['agents twice', '{"agents":{},"agents":{"secret":{}}}'],
    ['an agent twice', '{"agents":{"open":{},"open":{"name":"secret"}}}'],
    ['nothing', ''],
    ['what says that it is packed and is not', INFO, { 'content-encoding': 'gzip' }],
  ];
  for (const [name, body, headers] of rows) {
    it(name, async () => assertRefused(await info(body, { headers }), 502));
  }

  for (const [coding, pack] of [
    ['zstd', zstdCompressSync],
    ['deflate', deflateSync],
    ['gzip, br', (text) => brotliCompressSync(gzipSync(text))],
    ['GZIP', gzipSync],
  ]) {
    it(`in the coding ${coding}: the log names it`, async () => {
      const answer = await info(pack(INFO), { headers: { 'content-encoding': coding } });
      assertRefused(answer, 502, 'bad_gateway');
      const line = await gate.log.decision(answer.headers['x-request-id']);
      assert.deepEqual([line.outcome, line.reason, line.coding], ['allow', 'coded_answer', coding]);
    });
  }
});

describe('where only promises of threads are changed', () => {
  it('an answer in a coding that cannot be undone passes whole', async () => {
    const packed = zstdCompressSync(INFO);
    const answer = await info(packed, { through: shared, headers: { 'content-encoding': 'zstd' } });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.bytes, packed);
    assert.deepEqual([answer.headers['content-encoding'], answer.headers.etag], ['zstd', '"whole"']);
    assert.equal((await info(INFO, { through: shared })).json.threadEndpoints.list, false);
  });
});

describe('where nothing is hidden, and threads are what the runtime promises', () => {
  it('the answer passes byte for byte, compressed or not', async () => {
    const packed = gzipSync(INFO);
    assert.equal((await info(INFO, { through: open })).text, INFO);
    const answer = await info(packed, {
      through: open,
      headers: { 'content-encoding': 'gzip' },
      request: acceptsGzip(),
    });
    assert.deepEqual(answer.bytes, packed);
    assert.equal(answer.headers.etag, '"whole"');
  });

  function acceptsGzip() {
    return { path: '/info', headers: [['Accept-Encoding', 'gzip']] };
  }
});
