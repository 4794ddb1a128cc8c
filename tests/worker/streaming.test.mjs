// Bodies pass through as they come, in both directions, and answers as they are.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BASE, chunks } from '../support/client.mjs';
import { silent, startOrigin } from '../support/origin.mjs';
import { ask } from '../support/websocket.mjs';
import { startWorld } from '../support/world.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

const RUN = '{"threadId":"t-1","runId":"r-1","state":{},"messages":[],"tools":[],"context":[],"forwardedProps":{}}';
const AGENT = { method: 'POST', path: '/agent/a/run', headers: [['Content-Type', 'application/json']] };
/** An operation whose answer the gate has no reason to look at. */
const PLAIN = { path: '/inspector-metadata' };

/** A gate that keeps what it should pass on leaves a test waiting; this is how long. */
const LIMIT = { timeout: 15_000 };

let world, gate, origin;
before(async () => {
  world = await startWorld();
  ({ gate, origin } = world);
});
beforeEach(() => origin.answers());
after(() => world?.gate.dispose());

/** Opens a request that the origin does not answer by itself; gives both ends of it. */
async function open(request, body) {
  origin.answers(silent);
  const arriving = origin.next();
  const call = gate.open({ ...request, token: world.idp.token() });
  if (body !== undefined) call.request.end(body);
  return { call, exchange: await arriving };
}

/** Sends a request to which the origin answers this. */
async function answered(status, headers, body, request = PLAIN) {
  origin.answers((exchange) => exchange.reply(status, headers, body));
  return gate.send({ ...request, token: world.idp.token() });
}

describe('an event stream', LIMIT, () => {
  it('arrives event by event, each before the next is sent', async () => {
    const { call, exchange } = await open(AGENT, RUN);
    exchange.stream();
    const response = await call.response;
    assert.equal(response.statusCode, 200);
    assert.equal(response.headers['content-type'], 'text/event-stream');
    const next = chunks(response);
    for (const word of ['one', 'two', 'three']) {
      exchange.event(word);
      assert.equal(await next(), `data: ${word}\n\n`);
    }
    exchange.end();
    assert.equal(await next(), undefined);
  });

  it('runs beside others', async () => {
    const first = await open(AGENT, RUN);
    const second = await open(AGENT, RUN);
    for (const { exchange } of [first, second]) exchange.stream();
    second.exchange.event('second');
    assert.equal(await chunks(await second.call.response)(), 'data: second\n\n');
    first.exchange.event('first');
    assert.equal(await chunks(await first.call.response)(), 'data: first\n\n');
    for (const { exchange } of [first, second]) exchange.end();
  });

  it('ends at the origin when the client has gone', async () => {
    const { call, exchange } = await open(AGENT, RUN);
    exchange.stream();
    exchange.event('one');
    assert.equal(await chunks(await call.response)(), 'data: one\n\n');
    call.request.destroy();
    // workerd notices a vanished client when it next has something to write
    for (; !exchange.response.destroyed; await turn()) {
      if (!exchange.event('anybody there?')) await Promise.race([once(exchange.response, 'drain'), exchange.gone]);
    }
    assert.equal(await exchange.gone, true);
  });

  it('that breaks off breaks off for the client too', async () => {
    const { call, exchange } = await open(AGENT, RUN);
    exchange.stream();
    exchange.event('one');
    const next = chunks(await call.response);
    await next();
    exchange.response.destroy();
    await assert.rejects(next());
  });
});

describe('a request body', LIMIT, () => {
  const UPLOAD = { method: 'POST', path: '/transcribe' };
  const HALVES = ['--b\r\nContent-Disposition: form-data; name="audio"\r\n\r\n', 'sound\r\n--b--\r\n'];
  const TYPE = ['Content-Type', 'multipart/form-data; boundary=b'];

  it('streams: the origin has the first half before the second is sent', async () => {
    const { call, exchange } = await upload([TYPE, ['Content-Length', String(HALVES.join('').length)]]);
    const parts = exchange.request[Symbol.asyncIterator]();
    assert.equal((await parts.next()).value.toString(), HALVES[0]);
    call.request.end(HALVES[1]);
    assert.equal((await parts.next()).value.toString(), HALVES[1]);
    exchange.reply(200, {}, 'done');
    assert.equal((await call.response).statusCode, 200);
    (await call.response).resume();
  });

  it('keeps its Content-Length', async () => {
    const { call, exchange } = await upload([TYPE, ['Content-Length', String(HALVES.join('').length)]]);
    assert.equal(exchange.headers['content-length'], String(HALVES.join('').length));
    assert.equal(exchange.headers['transfer-encoding'], undefined);
    call.request.end(HALVES[1]);
    exchange.reply(200);
    (await call.response).resume();
  });

  it('arrives byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 256));
    const { call, exchange } = await open({ ...UPLOAD, headers: [TYPE] }, bytes);
    assert.ok(bytes.equals(await exchange.body()));
    exchange.reply(200);
    (await call.response).resume();
  });

  async function upload(headers) {
    origin.answers(silent);
    const arriving = origin.next();
    const call = gate.open({ ...UPLOAD, headers, token: world.idp.token() });
    call.request.write(HALVES[0]);
    return { call, exchange: await arriving };
  }
});

describe('an answer', LIMIT, () => {
  for (const status of [201, 202, 299, 400, 401, 404, 418, 422, 429, 500, 503]) {
    it(`of status ${status} passes as it is`, async () => {
      const answer = await answered(status, { 'content-type': 'text/plain', 'x-origin': 'yes' }, `status ${status}`);
      assert.equal(answer.status, status);
      assert.equal(answer.headers['x-origin'], 'yes');
      assert.equal(answer.text, `status ${status}`);
    });
  }

  it('keeps two cookies apart', async () => {
    const answer = await answered(200, ['Set-Cookie', 'a=1; Path=/', 'Set-Cookie', 'b=2, c'], '');
    assert.deepEqual(answer.headers['set-cookie'], ['a=1; Path=/', 'b=2, c']);
  });

  it('keeps its compressed bytes', async () => {
    const bytes = gzipSync('compressed '.repeat(500));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': bytes.length };
    const answer = await answered(200, headers, bytes, { ...PLAIN, headers: [['Accept-Encoding', 'gzip']] });
    assert.equal(answer.headers['content-encoding'], 'gzip');
    assert.ok(answer.bytes.equals(bytes), 'the very bytes of the origin');
    assert.equal(gunzipSync(answer.bytes).length, 5500);
  });

  it('204 has no body', async () => {
    const answer = await answered(204, {});
    assert.deepEqual([answer.status, answer.bytes.length], [204, 0]);
  });

  it('304 keeps its ETag', async () => {
    const answer = await answered(304, { etag: '"v1"' }, undefined, { ...PLAIN, headers: [['If-None-Match', '"v1"']] });
    assert.deepEqual([answer.status, answer.headers.etag], [304, '"v1"']);
    assert.equal(origin.heard.at(-1).headers['if-none-match'], '"v1"');
  });

  it('HEAD asks the origin with HEAD', async () => {
    const answer = await answered(200, { 'content-length': '5' }, undefined, { ...PLAIN, method: 'HEAD' });
    assert.deepEqual([answer.status, answer.bytes.length], [200, 0]);
    assert.equal(origin.heard.at(-1).method, 'HEAD');
  });

  it('that redirects is not followed', async () => {
    const elsewhere = await startOrigin();
    const before = origin.heard.length;
    const answer = await answered(302, { location: `${elsewhere.url}/stolen` });
    assert.deepEqual([answer.status, answer.headers.location], [302, `${elsewhere.url}/stolen`]);
    assert.equal(elsewhere.heard.length, 0);
    assert.equal(origin.heard.length, before + 1);
  });
});

describe('a WebSocket upgrade of GET /info', LIMIT, () => {
  it('passes with a token, and frames go both ways', async () => {
    const { socket, answer } = await gate.upgrade({ path: '/info', token: world.idp.token() });
    assert.ok(socket, `refused with ${answer?.status}`);
    assert.equal(await ask(socket, 'hello'), 'echo:hello');
    assert.equal(origin.heard.at(-1).url, `${BASE}/info`);
    assert.equal(origin.heard.at(-1).headers['x-user-id'], 'user-1');
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
  });

  it('is refused without one', async () => {
    const { answer } = await withoutOrigin(origin, () => gate.upgrade({ path: '/info' }));
    assertRefused(answer, 401, 'missing_token');
  });

  it('is not an operation by another method', async () => {
    const { answer } = await withoutOrigin(origin, () => gate.upgrade({ path: '/threads', token: world.idp.token() }));
    assertRefused(answer, 403, 'rule_denied');
  });
});
