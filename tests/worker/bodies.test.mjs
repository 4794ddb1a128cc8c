// How a body must come that the gate looks into: its size, its type, its encoding, and all of it.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { startWorld } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

const LIMIT = 4096;
const RUN = JSON.stringify(input());
const PATH = '/agent/a/run';

let world, gate, origin;
before(async () => {
  world = await startWorld({ vars: { MAX_BODY_BYTES: LIMIT } });
  ({ gate, origin } = world);
});
beforeEach(() => origin.answers());
after(() => world?.gate.dispose());

const send = (request) => relay(gate, origin, { ...request, token: world.idp.token() });

/** With a token this status and nothing at the origin; without one 401, whatever else is wrong. */
async function assertTurnedAway(request, status, code) {
  const { answer, heard } = await send(request);
  assertRefused(answer, status, code);
  assert.equal(heard, 0, 'nothing reaches the origin');
  assertRefused((await relay(gate, origin, request)).answer, 401, 'missing_token');
}

async function assertPasses(request, text = RUN) {
  const { answer, received } = await send(request);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(received[0].text, text);
}

describe('MAX_BODY_BYTES', () => {
  const padded = (text, bytes) => text + ' '.repeat(bytes - Buffer.byteLength(text));
  const exactly = (bytes) => padded(RUN, bytes);
  const framings = {
    'in chunks': () => [],
    'with its length': (text) => [['Content-Length', Buffer.byteLength(text)]],
  };
  for (const [framing, headers] of Object.entries(framings)) {
    const request = (text) => post(PATH, text, { headers: headers(text) });

    it(`one byte below, sent ${framing}, passes`, () => assertPasses(request(exactly(LIMIT - 1)), exactly(LIMIT - 1)));
    it(`exactly, sent ${framing}, passes`, () => assertPasses(request(exactly(LIMIT)), exactly(LIMIT)));
    it(`one byte more, sent ${framing}: 413`, () => assertTurnedAway(request(exactly(LIMIT + 1)), 413));
    it(`a hundred times as much, sent ${framing}: 413`, () => assertTurnedAway(request(exactly(LIMIT * 100)), 413));
  }

  it('counts bytes, not characters', async () => {
    const text = JSON.stringify(input({ runId: 'é'.repeat(1000) }));
    await assertPasses(post(PATH, padded(text, LIMIT)), padded(text, LIMIT));
    await assertTurnedAway(post(PATH, padded(text, LIMIT + 1)), 413);
  });

  it('bounds an envelope as a whole', async () => {
    const call = { method: 'agent/run', params: { agentId: 'a' }, body: input() };
    const text = JSON.stringify(call);
    assert.equal((await send(envelope(text.padEnd(LIMIT)))).answer.status, 200);
    await assertTurnedAway(envelope(text.padEnd(LIMIT + 1)), 413);
  });

  it('does not bound what passes as a stream', async () => {
    const text = JSON.stringify({ audio: 'A'.repeat(LIMIT * 50), mimeType: 'audio/webm' });
    await assertPasses(post('/transcribe', text), text);
  });
});

describe('the content type', () => {
  const typed = (type, more = []) => ({
    method: 'POST',
    path: PATH,
    headers: [...(type ? [['Content-Type', type]] : []), ...more],
    body: RUN,
  });
  const taken = [
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json; charset="utf-8"',
    'application/json ;  charset=utf-8',
  ];
  const refused = [
    undefined,
    'text/plain',
    'text/plain; application/json',
    'text/plain;charset=UTF-8, application/json',
    'application/json, text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'application/ld+json',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'json',
  ];
  for (const type of taken) {
    it(`${type} is taken`, () => assertPasses(typed(type)));
  }
  for (const type of refused) {
    it(`${type ?? 'none'}: 415`, () => assertTurnedAway(typed(type), 415));
    it(`${type ?? 'none'}, for an envelope: 415`, () =>
      assertTurnedAway({ ...typed(type), path: '', body: '{"method":"info"}' }, 415));
  }

  it('twice: 415', () => assertTurnedAway(typed('application/json', [['Content-Type', 'text/plain']]), 415));
  it('of stop, a text that a page may send across origins: 415', () =>
    assertTurnedAway({ ...typed('text/plain'), path: '/agent/a/stop/t-1', body: '{}' }, 415));
  it('of stop, none, without a body, is taken', async () => {
    assert.equal((await send({ method: 'POST', path: '/agent/a/stop/t-1' })).answer.status, 200);
  });
  it('of stop, JSON without a body, is taken', async () => {
    assert.equal((await send(post('/agent/a/stop/t-1', ''))).answer.status, 200);
  });
});

describe('the encoding', () => {
  const coded = (coding, body) => post(PATH, body, { headers: [['Content-Encoding', coding]] });
  const rows = [
    ['gzip', coded('gzip', gzipSync(RUN)), 415],
    ['gzip in name only', coded('gzip', RUN), 415],
    ['two codings', coded('identity, gzip', RUN), 415],
    [
      'a byte that is not UTF-8',
      post(PATH, Buffer.concat([Buffer.from(RUN.slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')])),
      400,
    ],
    [
      'an overlong form',
      post(PATH, Buffer.concat([Buffer.from(RUN.slice(0, -1)), Buffer.from(',"x":"\xc0\xaf"}', 'latin1')])),
      400,
    ],
    [
      'a surrogate in UTF-8',
      post(PATH, Buffer.concat([Buffer.from(RUN.slice(0, -1)), Buffer.from(',"x":"\xed\xa0\x80"}', 'latin1')])),
      400,
    ],
    ['UTF-16', post(PATH, Buffer.from(RUN, 'utf16le')), 400],
    ['a byte order mark', post(PATH, `\ufeff${RUN}`), 400],
    ['a byte order mark in front of an envelope', envelope('\ufeff{"method":"info"}'), 400],
  ];
  for (const [name, request, status] of rows) {
    it(`${name}: ${status}`, () => assertTurnedAway(request, status, status === 400 ? 'malformed_body' : undefined));
  }

  it('identity is taken', () => assertPasses(coded('identity', RUN)));
});

describe('what is no JSON object: 400 malformed_body', () => {
  const rows = [
    ['nothing', ''],
    ['half of one', RUN.slice(0, -1)],
    ['one and a half', `${RUN}{`],
    ['two', `${RUN}\n${RUN}`],
    ['a list', `[${RUN}]`],
    ['a text', JSON.stringify(RUN)],
    ['null', 'null'],
    ['a comment', `${RUN}// x`],
    ['a comma too many', RUN.replace('"r-1"', '"r-1",')],
    ['single quotes', RUN.replaceAll('"', "'")],
    ['NaN', RUN.replace('"r-1"', 'NaN')],
    ['a raw line break in a text', RUN.replace('r-1', 'r\n1')],
    ['two thousand levels', RUN.replace('"state":{}', `"state":${'['.repeat(1000)}${']'.repeat(1000)}`)],
    ['levels without an end', `{"a":${'['.repeat(LIMIT - 10)}`],
  ];
  for (const [name, body] of rows) {
    it(name, () => assertTurnedAway(post(PATH, body), 400, 'malformed_body'));
  }
});

describe('a body that comes in parts', () => {
  const half = RUN.length / 2;
  const open = () => gate.open({ ...post(PATH), token: world.idp.token() });

  it('reaches the origin when it is whole, not before', async () => {
    const { request, response } = open();
    request.write(RUN.slice(0, half));
    const { heard } = await send(post('/agent/b/run', RUN));
    assert.equal(heard, 1, 'the origin has heard the other request alone');
    request.end(RUN.slice(half));
    assert.equal((await response).statusCode, 200);
    assert.ok(origin.heard.at(-1).url.endsWith(PATH));
  });

  it('never reaches it when the client breaks off', async () => {
    const before = origin.heard.length;
    const { request } = open();
    request.on('error', () => {});
    request.write(RUN.slice(0, half));
    assert.equal((await send(post('/agent/b/run', RUN))).answer.status, 200);
    const closed = new Promise((resolve) => request.on('close', resolve));
    request.destroy();
    await closed;
    assert.equal((await send(post('/agent/c/run', RUN))).answer.status, 200);
    assert.deepEqual(
      origin.heard.slice(before).map(({ url }) => url.split('/').at(-2)),
      ['b', 'c'],
    );
  });
});
