// What may be kept of an answer: nothing that came through the gate is for a cache, which could hand it to somebody else.
// And the request id that each answer carries.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { ask } from '../support/websocket.mjs';
import { usualVars } from '../support/world.mjs';

const KEY = Buffer.alloc(32, 7).toString('base64url');
const APP = 'https://app.example';
const RULES = [{ agents: ['secret'], allow: 'nobody' }];

let idp, origin, gate, plain, misconfigured, asking;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), ALLOWED_ORIGINS: [APP] };
  [gate, plain, misconfigured, asking] = await startGates([
    { vars: { ...vars, THREAD_KEY: KEY, RULES } },
    { vars: { ...vars, THREAD_KEY: KEY } },
    { vars: { ...vars, LOG: 'sometimes' } },
    { vars: { ...vars, ORIGIN_HEADERS: { 'Cache-Control': 'no-cache' } } },
  ]);
});
beforeEach(() => origin.answers());
after(() => gate?.dispose());

const answered = async (request, reply, through = gate) =>
  relay(through, origin, { token: idp.token(), ...request }, reply);

describe("the origin's Cache-Control", () => {
  const [KEPT_FROM_ALL, AS_IT_IS] = ['private, no-store', 'private, no-store, no-transform'];
  const values = [
    [undefined, KEPT_FROM_ALL],
    ['public, max-age=600', KEPT_FROM_ALL],
    ['public, s-maxage=600, immutable, stale-while-revalidate=60', KEPT_FROM_ALL],
    ['no-cache', KEPT_FROM_ALL],
    ['no-cache, no-transform', AS_IT_IS],
    ['No-Transform,max-age=1', AS_IT_IS],
    ['x-no-transform', KEPT_FROM_ALL],
  ];
  const requests = {
    'a filtered /info': { path: '/info' },
    'a list of threads': { path: '/threads' },
    'what passes as it is': { path: '/inspector-metadata' },
    'HEAD /info': { method: 'HEAD', path: '/info' },
    'a run': post('/agent/a/run', input()),
  };
  for (const [value, expected] of values) {
    it(`${value ?? 'absent'} becomes ${expected}`, async () => {
      for (const [name, request] of Object.entries(requests)) {
        const fields = { 'content-type': 'application/json', ...(value && { 'cache-control': value }) };
        const body = name === 'HEAD /info' ? undefined : '{"agents":{},"threads":[]}';
        const { answer } = await answered(request, [200, fields, body]);
        assert.deepEqual([answer.status, answer.headers['cache-control']], [200, expected], name);
      }
    });
  }

  for (const status of [201, 302, 404, 500]) {
    it(`is replaced in an answer of status ${status} too`, async () => {
      const { answer } = await answered({ path: '/info' }, [status, { 'cache-control': 'max-age=60' }, '{}']);
      assert.deepEqual([answer.status, answer.headers['cache-control']], [status, KEPT_FROM_ALL]);
    });
  }

  it('is replaced where ORIGIN_HEADERS sets that of the request', async () => {
    const { answer, received } = await answered(
      { path: '/info' },
      [200, { 'cache-control': 'max-age=60' }, '{}'],
      asking,
    );
    assert.equal(received[0].headers['cache-control'], 'no-cache');
    assert.equal(answer.headers['cache-control'], KEPT_FROM_ALL);
  });

  it('is left alone in a 304, which says nothing of its own about that', async () => {
    const request = { path: '/inspector-metadata', headers: [['If-None-Match', '"v1"']] };
    for (const value of ['max-age=60', undefined]) {
      const fields = { etag: '"v1"', ...(value && { 'cache-control': value }) };
      const { answer, received } = await answered(request, [304, fields]);
      assert.deepEqual([answer.status, answer.headers['cache-control'], answer.headers.etag], [304, value, '"v1"']);
      assert.equal(answer.headers['x-request-id'], received[0].headers['x-request-id']);
    }
  });

  it('does not get in the way of a WebSocket', async () => {
    const { socket, answer } = await gate.upgrade({ path: '/info', token: idp.token() });
    assert.equal(answer, undefined, answer?.text);
    assert.equal(await ask(socket, 'hello'), 'echo:hello');
    socket.destroy();
  });
});

describe('a condition', () => {
  const CONDITIONS = [
    ['If-None-Match', '"v1"'],
    ['If-Modified-Since', 'Wed, 25 Nov 2026 12:00:00 GMT'],
    ['Range', 'bytes=0-9'],
    ['If-Range', '"v1"'],
  ];
  const rows = [
    ['a list of threads, which is filtered', () => gate, { path: '/threads' }, false],
    ['an /info that is filtered', () => gate, { path: '/info' }, false],
    ['an envelope for an /info that is filtered', () => gate, envelope({ method: 'info' }), false],
    ['an /info that passes as it is', () => plain, { path: '/info' }, true],
    ['anything else', () => gate, { path: '/inspector-metadata' }, true],
  ];
  for (const [name, through, request, goesOn] of rows) {
    it(`on ${name} ${goesOn ? 'goes on' : 'does not: what is filtered is another answer'}`, async () => {
      const { headers = [], ...rest } = request;
      const { received } = await answered({ ...rest, headers: [...headers, ...CONDITIONS] }, undefined, through());
      for (const [field, value] of CONDITIONS) {
        assert.equal(received[0].headers[field.toLowerCase()], goesOn ? value : undefined, field);
      }
    });
  }

  it('nor does the client get a validator for what was filtered', async () => {
    const fields = { 'content-type': 'application/json', etag: '"v1"', 'last-modified': CONDITIONS[1][1] };
    const { answer } = await answered({ path: '/threads' }, [200, fields, '{"threads":[]}']);
    assert.deepEqual([answer.headers.etag, answer.headers['last-modified']], [undefined, undefined]);
  });
});

describe('x-request-id', () => {
  const page = [['Origin', APP]];
  const preflight = [...page, ['Access-Control-Request-Method', 'POST']];
  const rows = [
    ['what passes', () => ({ path: '/info' }), 200],
    ['a run', () => post('/agent/a/run', input()), 200],
    ['a refusal', () => ({ path: '/info', token: 'garbage' }), 401],
    ['an unknown path', () => ({ path: '/nothing-here' }), 404],
    ['a path outside', () => ({ base: '', path: '/' }), 404],
    ['a preflight', () => ({ method: 'OPTIONS', path: '/info', headers: preflight }), 204],
    ['a foreign preflight', () => ({ method: 'OPTIONS', headers: [['Origin', 'null'], preflight[1]] }), 403],
    ['health', () => ({ path: '/.gate/health' }), 200],
    ['whoami', () => ({ path: '/.gate/whoami' }), 200],
  ];
  for (const [name, make, status] of rows) {
    it(`is on the answer to ${name}: the gate's own, as in the log`, async () => {
      const { headers = [], ...request } = make();
      // The origin has one too, and so may the client.
      const reply = [200, { 'x-request-id': 'of-the-origin', 'content-type': 'application/json' }, '{"agents":{}}'];
      const all = { ...request, headers: [...headers, ['X-Request-Id', 'of-the-client']] };
      const { answer, received } = await answered(all, reply);
      assert.equal(answer.status, status, answer.text);
      const id = answer.headers['x-request-id'];
      assert.match(id, /^[0-9a-f-]{20,}$/);
      assert.equal((await gate.log.decision(id)).status, status);
      if (received.length > 0) assert.equal(received[0].headers['x-request-id'], id);
    });
  }

  it('is on the answers of a gate whose settings are wrong', async () => {
    const answer = await misconfigured.send({ path: '/info', token: idp.token() });
    assert.equal(answer.status, 500);
    assert.equal(answer.headers['x-request-id'], answer.json.request_id);
  });

  it('is for a listed page to read', async () => {
    const { answer } = await answered({ path: '/info', headers: page });
    assert.match(answer.headers['access-control-expose-headers'], /x-request-id/i);
  });
});

describe('JSON of the gate', () => {
  it('is not for a browser to guess at', async () => {
    for (const path of ['/.gate/health', '/.gate/whoami', '/nothing-here']) {
      const { headers } = await gate.send({ path, token: idp.token() });
      assert.deepEqual([headers['content-type'], headers['x-content-type-options']], ['application/json', 'nosniff']);
      assert.equal(headers['cache-control'], 'no-store');
    }
  });
});
