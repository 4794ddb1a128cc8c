// Every place in which a thread id stands, in both dialects and towards both: the origin only ever sees sealed ones.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BASE } from '../support/client.mjs';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { startBothModes } from '../support/world.mjs';

const KEY = Buffer.alloc(32, 7).toString('base64url');
const CHOICE = 'my thread';
const ENCODED = encodeURIComponent(CHOICE);

let idp, origin, multi, single, sealed;
before(async () => {
  ({ idp, origin, multi, single } = await startBothModes({ THREAD_KEY: KEY }));
  const { received } = await relay(multi, origin, { ...run(), token: idp.token() });
  sealed = JSON.parse(received[0].text).threadId;
});
after(() => multi?.dispose());

const run = (what = 'run') => post(`/agent/a/${what}`, input({ threadId: CHOICE }));
const call = (what) =>
  envelope({ method: `agent/${what}`, params: { agentId: 'a' }, body: input({ threadId: CHOICE }) });
const tunnel = (httpMethod, path, body) => envelope({ method: 'resource/request', params: { path, httpMethod }, body });
const note = { type: 'x', threadId: CHOICE };
const resource = (method, path, body) => ({
  method: 'resource/request',
  params: { path, httpMethod: method },
  ...(body && { body }),
});
const thread = () => ({ ...input(), threadId: sealed });

/** Name, the request in both dialects, and what each kind of origin sees. */
const ROWS = [
  ...['run', 'connect', 'suggest'].map((what) => [
    `agent/${what}`,
    [run(what), call(what)],
    () => [`POST /agent/a/${what}`, thread()],
    () => ({ method: `agent/${what}`, params: { agentId: 'a' }, body: thread() }),
  ]),
  [
    'agent/stop',
    [
      { method: 'POST', path: `/agent/a/stop/${ENCODED}` },
      envelope({ method: 'agent/stop', params: { agentId: 'a', threadId: CHOICE } }),
    ],
    () => [`POST /agent/a/stop/${sealed}`],
    () => ({ method: 'agent/stop', params: { agentId: 'a', threadId: sealed } }),
  ],
  ...['messages', 'events', 'state'].map((what) => [
    `threads/${what}`,
    [{ path: `/threads/${ENCODED}/${what}` }, tunnel('GET', `/threads/${ENCODED}/${what}`)],
    () => [`GET /threads/${sealed}/${what}`],
    () => resource('GET', `/threads/${sealed}/${what}`),
  ]),
  [
    'threads/update by PATCH',
    [
      { ...post(`/threads/${ENCODED}`, { name: 'x' }), method: 'PATCH' },
      tunnel('PATCH', `/threads/${ENCODED}`, { name: 'x' }),
    ],
    () => [`PATCH /threads/${sealed}`, { name: 'x' }],
    () => resource('PATCH', `/threads/${sealed}`, { name: 'x' }),
  ],
  [
    'threads/update by DELETE',
    [{ method: 'DELETE', path: `/threads/${ENCODED}` }, tunnel('delete', `/threads/${ENCODED}`)],
    () => [`DELETE /threads/${sealed}`],
    () => resource('DELETE', `/threads/${sealed}`),
  ],
  [
    'threads/archive',
    [
      post(`/threads/${ENCODED}/archive`, { agentId: 'a' }),
      tunnel('POST', `/threads/${ENCODED}/archive`, { agentId: 'a' }),
    ],
    () => [`POST /threads/${sealed}/archive`, { agentId: 'a' }],
    () => resource('POST', `/threads/${sealed}/archive`, { agentId: 'a' }),
  ],
  [
    'annotate',
    [post('/annotate', note), tunnel('POST', '/annotate', note)],
    () => ['POST /annotate', { ...note, threadId: sealed }],
    () => resource('POST', '/annotate', { ...note, threadId: sealed }),
  ],
];

/** Sends it and gives what the origin received; nothing of it holds the id that the client chose. */
async function received(gate, request) {
  const { answer, received } = await relay(gate, origin, { ...request, token: idp.token() });
  assert.equal(answer.status, 200, answer.text);
  const [exchange] = received;
  for (const text of [CHOICE, ENCODED]) {
    assert.ok(
      !`${exchange.url} ${exchange.text} ${JSON.stringify(exchange.pairs)}`.includes(text),
      `${text} is sealed`,
    );
  }
  return exchange;
}

for (const [name, requests, byPath, byEnvelope] of ROWS) {
  describe(name, () => {
    requests.forEach((request, index) => {
      const dialect = ['by path', 'by envelope'][index];

      it(`${dialect}, to a path`, async () => {
        const [line, body] = byPath();
        const { method, url, text } = await received(multi, request);
        assert.equal(`${method} ${url}`, line.replace(' ', ` ${BASE}`));
        if (body) assert.deepEqual(JSON.parse(text), body);
      });

      it(`${dialect}, to an envelope`, async () => {
        const { text } = await received(single, request);
        assert.deepEqual(JSON.parse(text), byEnvelope());
      });

      it(`${dialect}: the log holds the sealed id alone`, async () => {
        const { headers } = await received(multi, request);
        const line = await multi.log.decision(headers['x-request-id']);
        assert.equal(line.thread, sealed);
      });
    });
  });
}

describe('the whole log', () => {
  it('holds no id that a client chose', () => {
    assert.equal(
      multi.log.lines.find((line) => line.includes(CHOICE) || line.includes(ENCODED)),
      undefined,
    );
  });
});
