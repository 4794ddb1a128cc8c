// Operations that the settings describe: in both dialects, to both kinds of origin, with sealed threads and streamed bodies.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { BASE } from '../support/client.mjs';
import { silent } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { startBothModes } from '../support/world.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

const THREAD_KEY = Buffer.alloc(32, 7).toString('base64url');
const PAGE = 'https://app.example';
const CHOICE = 'my thread';
const ENCODED = encodeURIComponent(CHOICE);

const OPERATIONS = [
  { name: 'threads/rename', method: ['PATCH', 'PUT'], path: '/threads/{thread}/rename' },
  { name: 'agent/resume', method: 'POST', path: '/agent/{agent}/resume', body: 'agent-input' },
  { name: 'agent/history', method: 'GET', path: '/agent/{agent}/history/{thread}', query: ['page'] },
  { name: 'feedback', method: 'POST', path: '/feedback' },
  { name: 'ping', method: 'POST', path: '/ping', body: 'none' },
  { name: 'status', method: 'GET', path: '/status' },
];
const RULES = [
  { operations: ['feedback'], allow: 'anyone' },
  { operations: ['agent/*', 'threads/rename', 'agent/resume', 'agent/history', 'ping'], allow: 'authenticated' },
];

let idp, origin, multi, single, sealed;
before(async () => {
  const vars = { THREAD_KEY, OPERATIONS, RULES, ALLOWED_ORIGINS: [PAGE] };
  ({ idp, origin, multi, single } = await startBothModes(vars));
  const run = post('/agent/a/run', input({ threadId: CHOICE }));
  sealed = JSON.parse((await received(multi, run)).text).threadId;
});
after(() => multi?.dispose());

const resource = (httpMethod, path, body) => ({
  method: 'resource/request',
  params: { path, httpMethod },
  ...(body && { body }),
});
const mine = () => input({ threadId: sealed });

async function received(gate, request) {
  const { answer, received } = await relay(gate, origin, { ...request, token: idp.token() });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(received.length, 1);
  return { ...received[0], id: answer.headers['x-request-id'] };
}

/** Name, what a client may send, and what each kind of origin gets: method, path and body, or an envelope. */
const ROWS = [
  [
    'threads/rename',
    [
      { ...post(`/threads/${ENCODED}/rename`, { name: 'x' }), method: 'PATCH' },
      envelope(resource('PATCH', `/threads/${ENCODED}/rename`, { name: 'x' })),
    ],
    () => [`PATCH /threads/${sealed}/rename`, { name: 'x' }],
    () => resource('PATCH', `/threads/${sealed}/rename`, { name: 'x' }),
  ],
  [
    'threads/rename by PUT',
    [
      { ...post(`/threads/${ENCODED}/rename?x=1`, { name: 'x' }), method: 'PUT' },
      envelope(resource('put', `/threads/${ENCODED}/rename`, { name: 'x' })),
    ],
    () => [`PUT /threads/${sealed}/rename`, { name: 'x' }],
    () => resource('PUT', `/threads/${sealed}/rename`, { name: 'x' }),
  ],
  [
    'agent/resume',
    [
      post('/agent/a/resume', input({ threadId: CHOICE, forwardedProps: { authorization: 'x', webhook: 'x' } })),
      envelope({ method: 'agent/resume', params: { agentId: 'a' }, body: input({ threadId: CHOICE }) }),
      envelope(resource('POST', '/agent/a/resume', input({ threadId: CHOICE }))),
    ],
    () => ['POST /agent/a/resume', mine()],
    () => ({ method: 'agent/resume', params: { agentId: 'a' }, body: mine() }),
  ],
  [
    'agent/history',
    [
      { path: `/agent/a/history/${ENCODED}?page=2&x=1` },
      envelope({ method: 'agent/history', params: { agentId: 'a', threadId: CHOICE, page: 2 } }),
    ],
    () => [`GET /agent/a/history/${sealed}?page=2`],
    () => ({ method: 'agent/history', params: { agentId: 'a', threadId: sealed, page: '2' } }),
  ],
  [
    'ping',
    [post('/ping', { not: 'this' }), envelope({ method: 'ping', body: { not: 'this' } })],
    () => ['POST /ping'],
    () => ({ method: 'ping' }),
  ],
];

for (const [name, requests, byPath, byEnvelope] of ROWS) {
  describe(name, () => {
    requests.forEach((request, index) => {
      const dialect = index === 0 ? 'by path' : `by envelope ${index}`;

      it(`${dialect}, to a path`, async () => {
        const [line, body] = byPath();
        const { method, url, text, headers, id } = await received(multi, request);
        assert.equal(`${method} ${url}`, line.replace(' ', ` ${BASE}`));
        if (body) assert.deepEqual(JSON.parse(text), body);
        else assert.equal(text, '');
        assert.equal(headers['x-user-id'], 'user-1');
        const decision = await multi.log.decision(id);
        assert.equal(decision.operation, name.split(' ')[0]);
        assert.ok(!JSON.stringify(decision).includes(CHOICE));
      });

      it(`${dialect}, to an envelope`, async () => {
        assert.deepEqual(JSON.parse((await received(single, request)).text), byEnvelope());
      });
    });
  });
}

describe('a body that is opaque', () => {
  it('streams: the origin has the beginning before the client has sent the end', async () => {
    const arriving = origin.next();
    origin.answers(silent);
    try {
      const headers = [['Content-Type', 'application/octet-stream']];
      const call = multi.open({ method: 'POST', path: '/feedback', headers, token: idp.token() });
      call.request.write('the beginning');
      const exchange = await arriving;
      const [first] = await once(exchange.request, 'data');
      assert.equal(first.toString(), 'the beginning');
      call.request.end(', and the end');
      const [last] = await once(exchange.request, 'data');
      assert.equal(last.toString(), ', and the end');
      exchange.reply(200);
      assert.equal((await call.response).statusCode, 200);
    } finally {
      origin.answers();
    }
  });

  it('is JSON where it goes into an envelope: 415 otherwise', async () => {
    const bytes = { ...post('/feedback', 'x'), headers: [['Content-Type', 'text/plain']], token: idp.token() };
    assertRefused(await withoutOrigin(origin, () => single.send(bytes)), 415);
    const { text } = await received(single, post('/feedback', { up: true }));
    assert.deepEqual(JSON.parse(text), { method: 'feedback', body: { up: true } });
  });
});

describe('who may', () => {
  it('HEAD, where GET may', async () => {
    const { method, url } = await received(multi, { method: 'HEAD', path: '/agent/a/history/t' });
    assert.equal(method, 'HEAD');
    assert.match(url, /\/agent\/a\/history\/[0-9a-f-]{36}$/);
  });

  it('nobody, what no rule names in full', async () => {
    const answer = await withoutOrigin(origin, () => multi.send({ path: '/status', token: idp.token() }));
    assertRefused(answer, 403, 'rule_denied');
    const notice = await multi.log.find((line) => line.includes('"event":"notice"') && JSON.parse(line), 'a notice');
    assert.equal(notice.setting, 'OPERATIONS[5]');
  });

  it('callers without a token, where a rule says so', async () => {
    const { answer, received } = await relay(multi, origin, post('/feedback', {}));
    assert.equal(answer.status, 200);
    assert.equal(received[0].headers['x-user-id'], 'anonymous');
    for (const request of [post('/agent/a/resume', input()), { path: '/agent/a/history/t' }]) {
      assertRefused(await withoutOrigin(origin, () => multi.send(request)), 401, 'missing_token');
    }
  });

  it('a page of another origin, by PUT', async () => {
    const headers = [
      ['Origin', PAGE],
      ['Access-Control-Request-Method', 'PUT'],
    ];
    const answer = await multi.send({ method: 'OPTIONS', path: '/threads/t/rename', headers });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['access-control-allow-methods'], 'GET, HEAD, POST, PUT, PATCH, DELETE');
  });
});

describe('a way around', () => {
  const rows = [
    ['PATCH', '/x/threads/t/rename', 404],
    ['PATCH', '/threads/t/rename/', 404],
    ['PATCH', '/threads//rename', 404],
    ['PATCH', '/threads/threads/rename', 404],
    ['PATCH', '/threads/a%2Fb/rename', 404],
    ['PATCH', '/threads/t/%72ename', 404],
    ['GET', '/agent/a/history/info', 404],
    ['POST', '/threads/t/rename', 405, 'PUT, PATCH'],
    ['DELETE', '/feedback', 405, 'POST'],
  ];
  for (const [method, path, status, allow] of rows) {
    it(`${method} ${path}: ${status}; 401 without a token`, async () => {
      const request = method === 'GET' ? { path } : { ...post(path, '{}'), method };
      const answer = await withoutOrigin(origin, () => multi.send({ ...request, token: idp.token() }));
      assertRefused(answer, status);
      assert.equal(answer.headers.allow, allow);
      assertRefused(await withoutOrigin(origin, () => multi.send(request)), 401, 'missing_token');
    });
  }

  it('in an envelope: 404', async () => {
    for (const path of ['/x/feedback', '/threads/threads/rename', '/agent/a/run']) {
      const request = { ...envelope(resource('PATCH', path, {})), token: idp.token() };
      const { status } = await withoutOrigin(origin, () => multi.send(request));
      assert.ok([404, 405].includes(status), `${path}: ${status}`);
    }
  });
});
