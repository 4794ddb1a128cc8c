// Wasm's memory: what a long body takes of it, and that it is given back. An isolate has 128 MB for everything.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DIALECTS } from '../support/dialects.mjs';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { MEASURED, measure } from '../support/memory.mjs';
import { silent, startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';

const MIB = 1024 * 1024;
/** What an instance may keep. */
const KEPT = 16 * MIB;
const KEY = Buffer.alloc(32, 7).toString('base64url');
const SIZES = [10, 30];

const message = (role, content) => ({ id: 'm', role, content });
const text = (bytes) => 'x'.repeat(bytes);
/** Messages of so many bytes in all, of which the gate takes something out; and how many are left. */
const CONVERSATIONS = {
  'as it is': (bytes) => [[message('user', text(bytes))], 1],
  'without a message': (bytes) => [[message('system', 'x'), message('user', text(bytes))], 1],
  'without a long message': (bytes) => [[message('user', text(bytes / 2)), message('system', text(bytes / 2))], 1],
  'without every other message': (bytes) => {
    const half = text(bytes / 10_000 / 2 - 100);
    const pair = [message('user', half), message('system', half)];
    return [Array.from({ length: 10_000 }, () => pair).flat(), 10_000];
  },
  'without a part of a message': (bytes) => {
    const part = { type: 'text', text: text(bytes / 2) };
    return [[message('user', [part, { type: 'binary', url: 'http://10.0.0.1/' }, part])], 1];
  },
};

/** Each with a gate of its own, whose memory no other body has enlarged. */
const CASES = Object.keys(DIALECTS).flatMap((mode) =>
  Object.keys(DIALECTS).flatMap((client) =>
    SIZES.flatMap((size) => Object.keys(CONVERSATIONS).map((conversation) => ({ mode, client, size, conversation }))),
  ),
);

let idp, origin, gates, next;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), THREAD_KEY: KEY, MAX_BODY_BYTES: 32 * MIB };
  const modes = [...CASES.map(({ mode }) => mode), 'multi-route'];
  gates = await startGates(modes.map((mode) => ({ vars: { ...vars, ORIGIN_MODE: mode }, front: MEASURED })));
  next = gates.pop();
});
after(() => next?.dispose());

/** A small request that a gate forwards. */
const small = (gate) => gate.send({ path: '/info', token: idp.token() });

describe('one long body takes at most twice its bytes, and the next request gives them back', () => {
  CASES.forEach(({ mode, client, size, conversation }, index) => {
    it(`${size} MiB, ${client} to ${mode}, ${conversation}`, async () => {
      const [messages, left] = CONVERSATIONS[conversation](size * MIB - 4096);
      const request = DIALECTS[client].agent('run', 'a', input({ messages }));
      const { answer, received } = await relay(gates[index], origin, { ...request, token: idp.token() });
      assert.equal(answer.status, 200, answer.text);
      const sent = JSON.parse(received[0].text);
      assert.equal((sent.body ?? sent).messages.length, left);
      const { bytes } = await measure(gates[index]);
      assert.ok(bytes > request.body.length && bytes <= 2 * request.body.length, `${bytes / MIB} MiB`);
      await small(gates[index]);
      const afterwards = await measure(gates[index]);
      assert.ok(afterwards.bytes <= KEPT, `${afterwards.bytes / MIB} MiB afterwards`);
    });
  });
});

describe('the next instance', () => {
  const long = () => post('/agent/a/run', input({ messages: [message('user', text(30 * MIB))] }));
  const grow = async () => {
    const { answer } = await relay(next, origin, { ...long(), token: idp.token() });
    assert.equal(answer.status, 200, answer.text);
    assert.ok((await measure(next)).bytes > KEPT);
  };

  it('asks no provider, however often one follows the other', async () => {
    await small(next);
    const before = { ...idp.fetches };
    const unknown = makeKey('ES256', { kid: 'unknown' });
    const stray = () => next.send({ path: '/info', token: idp.token({}, {}, unknown) });
    assert.equal((await stray()).status, 401);
    const { keys } = idp.fetches;
    assert.ok(keys <= before.keys + 1);
    const { count } = await measure(next);
    for (let i = 1; i <= 3; i++) {
      await grow();
      assert.equal((await small(next)).status, 200);
      assert.equal((await stray()).status, 401);
      assert.equal((await measure(next)).count, count + i);
    }
    assert.deepEqual(idp.fetches, { ...before, keys });
  });

  it('waits for requests that are under way, which get their answers', async () => {
    await grow();
    const { count } = await measure(next);
    origin.answers(silent);
    const arriving = origin.next();
    const pending = small(next);
    const exchange = await arriving;
    // The first has been the next instance's already.
    assert.equal((await measure(next)).count, count + 1);
    const body = { ...long(), token: idp.token() };
    const growing = origin.next();
    const answered = next.send(body);
    const second = await growing;
    await second.body();
    second.reply(200);
    assert.equal((await answered).status, 200);
    origin.answers();
    for (let i = 0; i < 3; i++) assert.equal((await small(next)).status, 200);
    assert.equal((await measure(next)).count, count + 1, 'one is still upstream');
    exchange.reply(204);
    assert.equal((await pending).status, 204);
    await small(next);
    const { bytes, ...last } = await measure(next);
    assert.equal(last.count, count + 2);
    assert.ok(bytes <= KEPT);
  });

  it('leaves an answer that streams alone', async () => {
    await grow();
    await small(next);
    const { count } = await measure(next);
    origin.answers((exchange) => {
      exchange.request.resume();
      exchange.stream();
      exchange.event('{"type":"RUN_STARTED"}');
    });
    const arriving = origin.next();
    const call = next.open({ ...long(), body: undefined, token: idp.token() });
    call.request.end(long().body);
    const exchange = await arriving;
    const response = await call.response;
    origin.answers();
    await small(next);
    assert.equal((await measure(next)).count, count + 1);
    const start = next.log.lines.length;
    call.reset();
    response.on('error', () => {});
    await exchange.gone;
    assert.equal((await small(next)).status, 200);
    const lines = next.log.lines.slice(start).filter((line) => !line.includes('"event":"decision"'));
    assert.deepEqual(lines, []);
  });
});
