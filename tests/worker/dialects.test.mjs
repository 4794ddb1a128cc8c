// Both dialects on both sides: whatever the client speaks, the origin receives the one canonical request of its own.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BASE } from '../support/client.mjs';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { startBothModes } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

const RULES = [{ operations: ['threads/*', 'threads/clear'], allow: 'authenticated' }];

let idp, origin, multi, single;
before(async () => ({ idp, origin, multi, single } = await startBothModes({ RULES })));
after(() => multi?.dispose());

const RUN = input({ messages: [{ id: 'm-1', role: 'user', content: 'hello' }] });
const AUDIO = { audio: 'AAAA', mimeType: 'audio/webm' };
const NOTE = { type: 'feedback', threadId: 't-1', payload: { up: true } };
const resource = (httpMethod, path, body) => ({
  method: 'resource/request',
  params: { path, httpMethod },
  ...(body && { body }),
});

/** What a client may ask: as method, path and body, and as an envelope. */
const ROWS = [
  ['GET /info', undefined, { method: 'info' }],
  ['POST /agent/a/run', RUN, { method: 'agent/run', params: { agentId: 'a' }, body: RUN }],
  ['POST /agent/a/suggest', RUN, { method: 'agent/suggest', params: { agentId: 'a' }, body: RUN }],
  ['POST /agent/a/connect', RUN, { method: 'agent/connect', params: { agentId: 'a' }, body: RUN }],
  ['POST /agent/Zo%C3%AB%20B/run', RUN, { method: 'agent/run', params: { agentId: 'Zoë B' }, body: RUN }],
  ['POST /agent/a/stop/t-1', undefined, { method: 'agent/stop', params: { agentId: 'a', threadId: 't-1' } }],
  [
    'POST /agent/a/stop/t-1',
    { runId: 'r-1' },
    { method: 'agent/stop', params: { agentId: 'a', threadId: 't-1' }, body: { runId: 'r-1' } },
  ],
  ['POST /transcribe', AUDIO, { method: 'transcribe', body: AUDIO }],
  ['GET /inspector-metadata', undefined, { method: 'inspector/metadata' }],
  [
    'GET /inspector-learning?agentId=a&skillsPage=1&insightsPage=2',
    undefined,
    { method: 'inspector/learning', params: { agentId: 'a', skillsPage: '1', insightsPage: '2' } },
  ],
  ['GET /threads?agentId=a&limit=5', undefined, resource('GET', '/threads?agentId=a&limit=5')],
  ['GET /threads/t-1/messages', undefined, resource('GET', '/threads/t-1/messages')],
  ['GET /threads/t-1/events', undefined, resource('GET', '/threads/t-1/events')],
  ['GET /threads/t-1/state', undefined, resource('GET', '/threads/t-1/state')],
  ['PATCH /threads/t-1', { agentId: 'a', name: 'x' }, resource('PATCH', '/threads/t-1', { agentId: 'a', name: 'x' })],
  ['DELETE /threads/t-1', { agentId: 'a' }, resource('DELETE', '/threads/t-1', { agentId: 'a' })],
  ['DELETE /threads/t-1', undefined, resource('DELETE', '/threads/t-1')],
  ['POST /threads/t-1/archive', { agentId: 'a' }, resource('POST', '/threads/t-1/archive', { agentId: 'a' })],
  ['POST /threads/subscribe', {}, resource('POST', '/threads/subscribe', {})],
  ['POST /threads/clear', undefined, resource('POST', '/threads/clear')],
  ['GET /memories?includeInvalidated=true', undefined, resource('GET', '/memories?includeInvalidated=true')],
  ['POST /memories', { text: 'x' }, resource('POST', '/memories', { text: 'x' })],
  ['POST /memories', { threadId: 7 }, resource('POST', '/memories', { threadId: 7 })],
  ['POST /memories/recall', { query: 'x' }, resource('POST', '/memories/recall', { query: 'x' })],
  ['POST /memories/subscribe', {}, resource('POST', '/memories/subscribe', {})],
  ['PATCH /memories/m-1', { text: 'y' }, resource('PATCH', '/memories/m-1', { text: 'y' })],
  ['DELETE /memories/m-1', undefined, resource('DELETE', '/memories/m-1')],
  ['POST /annotate', NOTE, resource('POST', '/annotate', NOTE)],
];

function byPath(line, body) {
  const [method, path] = line.split(' ');
  if (body === undefined) return { method, path };
  const text = JSON.stringify(body);
  // Node frames the body of a DELETE only when told how long it is.
  return { ...post(path, text, { headers: [['Content-Length', Buffer.byteLength(text)]] }), method };
}

async function received(gate, request) {
  const { answer, received } = await relay(gate, origin, { ...request, token: idp.token() }, [200, {}, 'the answer']);
  assert.deepEqual([answer.status, answer.text], [200, 'the answer'], answer.text);
  assert.equal(received.length, 1);
  return received[0];
}

function assertPath(exchange, line, body) {
  const [method, path] = line.split(' ');
  assert.equal(`${exchange.method} ${exchange.url}`, `${method} ${BASE}${path}`);
  assertBody(exchange, body);
}

function assertEnvelope(exchange, expected) {
  assert.equal(`${exchange.method} ${exchange.url}`, `POST ${BASE}`);
  assertBody(exchange, expected);
}

/** The body with the fields that describe it. */
function assertBody({ text, bytes, headers }, value) {
  if (value === undefined) {
    assert.equal(text, '');
    assert.equal(headers['content-type'], undefined, 'no content type without a body');
    return assert.ok(['0', undefined].includes(headers['content-length']), headers['content-length']);
  }
  assert.deepEqual(JSON.parse(text), value);
  assert.equal(headers['content-type'], 'application/json');
  if (headers['content-length']) assert.equal(Number(headers['content-length']), bytes.length);
}

for (const [line, body, enveloped] of ROWS) {
  describe(`${line}${body ? ' with a body' : ''}`, () => {
    it('path to path', async () => assertPath(await received(multi, byPath(line, body)), line, body));
    it('envelope to path', async () => assertPath(await received(multi, envelope(enveloped)), line, body));
    it('path to envelope', async () => assertEnvelope(await received(single, byPath(line, body)), enveloped));
    it('envelope to envelope', async () => assertEnvelope(await received(single, envelope(enveloped)), enveloped));
  });
}

describe('an envelope', () => {
  it('may hold its body as a text of JSON; it goes on as an object', async () => {
    const text = envelope({ method: 'agent/run', params: { agentId: 'a' }, body: JSON.stringify(RUN) });
    assertPath(await received(multi, text), 'POST /agent/a/run', RUN);
    assertEnvelope(await received(single, text), { method: 'agent/run', params: { agentId: 'a' }, body: RUN });
  });

  it('goes on without what the operation does not have', async () => {
    const params = { agentId: 'a', threadId: 't-9', path: '/threads' };
    const more = { method: 'agent/run', params, body: RUN, extra: { method: 'threads/clear' } };
    const kept = { method: 'agent/run', params: { agentId: 'a' }, body: RUN };
    assertEnvelope(await received(single, envelope(more)), kept);
  });

  it('may have numbers for pages', async () => {
    const params = { agentId: 'a', skillsPage: 1, insightsPage: 2 };
    const line = 'GET /inspector-learning?agentId=a&skillsPage=1&insightsPage=2';
    assertPath(await received(multi, envelope({ method: 'inspector/learning', params })), line);
  });

  it('is none below the base path: the path counts', async () => {
    const hidden = { method: 'agent/run', params: { agentId: 'secret' }, body: RUN, threadId: 't-1' };
    const direct = await received(single, post('/agent/public/run', hidden));
    assertEnvelope(direct, { method: 'agent/run', params: { agentId: 'public' }, body: hidden });
    for (const path of ['/', '/x', '/agent', '/info/']) {
      const { answer, heard } = await relay(single, origin, { ...post(path, hidden), token: idp.token() });
      assertRefused(answer, 404);
      assert.equal(heard, 0, path);
    }
  });
});

describe('what only one dialect has', () => {
  const form =
    '--b\r\nContent-Disposition: form-data; name="audio"; filename="a.webm"\r\n\r\n\u0001\u0002\r\n--b--\r\n';
  const upload = { method: 'POST', path: '/transcribe', body: form };
  const headers = [['Content-Type', 'multipart/form-data; boundary=b']];

  it('a multipart upload passes untouched to a multi-route origin', async () => {
    const { text, headers: seen } = await received(multi, { ...upload, headers });
    assert.equal(text, form);
    assert.equal(seen['content-type'], 'multipart/form-data; boundary=b');
  });

  it('a multipart upload to a single-route origin goes in an envelope', async () => {
    const body = { mimeType: 'audio/webm', filename: 'a.webm', audio: 'AQI=' };
    assertEnvelope(await received(single, { ...upload, headers }), { method: 'transcribe', body });
  });

  it('one that cannot be read in one way does not: 400', async () => {
    const boundary = [['Content-Type', 'multipart/form-data; boundary=other']];
    const { answer, heard } = await relay(single, origin, { ...upload, headers: boundary, token: idp.token() });
    assertRefused(answer, 400);
    assert.equal(heard, 0);
  });

  it('another operation has no form: 415', async () => {
    const stop = { ...upload, path: '/agent/a/stop/t', headers, token: idp.token() };
    const { answer, heard } = await relay(single, origin, stop);
    assertRefused(answer, 415);
    assert.equal(heard, 0);
  });

  it('a WebSocket to a single-route origin is refused', async () => {
    const before = origin.heard.length;
    const { answer } = await single.upgrade({ path: '/info', token: idp.token() });
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}`);
    assert.equal(origin.heard.length, before);
  });
});
