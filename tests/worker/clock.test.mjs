// Keys over hours: an outage up to the stale limit and past it, clocks that step, and a store that fails. The gate's clock
// is the test's.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGate } from '../support/gate.mjs';
import { status } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { silent } from '../support/origin.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';
import { startTimedWorld, written } from './support/timed.mjs';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Nobody waits longer for keys, plus what a busy machine may add. */
const PATIENCE_MS = 8_000 + 1_500;

const isDown = { discovery: status(503), keys: status(503) };

describe('a provider that is down for hours', () => {
  let world;
  before(async () => (world = await startTimedWorld({ JWKS_STALE_LIMIT: HOUR })));
  after(() => world?.gate.dispose());

  it('is not missed within the stale limit, and is asked once in a while', async () => {
    const { clock, gate, idp, send, asked } = world;
    assert.equal((await send()).status, 200);
    idp.serves(isDown);
    const before = asked();
    let start;
    for (let minute = 1; minute < 60; minute++) {
      clock.ahead = minute * MINUTE;
      start = gate.log.lines.length;
      for (let i = 0; i < 3; i++) assert.equal((await send()).status, 200, `minute ${minute}`);
    }
    const fetches = asked() - before;
    assert.ok(fetches > 0 && fetches < 60, `${fetches} fetches in an hour of requests, three a minute`);
    // The last attempt goes on behind its answer.
    await gate.log.find((line) => line.includes('refresh_failed'), 'a failed refresh', start);
  });

  it('a flood of unknown key ids meanwhile costs it one fetch at most', async () => {
    const { send, asked } = world;
    const before = asked();
    const flood = Array.from({ length: 50 }, (_, index) => send({ kid: `unknown-${index}` }));
    for (const answer of await Promise.all(flood)) assertRefused(answer, 401, 'invalid_token');
    assert.ok(asked() - before <= 1, `${asked() - before} fetches`);
  });

  it('past the stale limit: 503, never 401', async () => {
    world.clock.ahead = HOUR + MINUTE;
    for (let i = 0; i < 3; i++) {
      assertRefused(await withoutOrigin(world.origin, () => world.send()), 503, 'keys_unavailable');
    }
  });

  it('once it is back, the gate is too, after the time it said', async () => {
    const { clock, idp, send } = world;
    const { headers } = await send();
    idp.serves();
    clock.ahead += Number(headers['retry-after']);
    assert.equal((await send()).status, 200);
  });

  it('a key that it rotated to meanwhile works at first sight', async () => {
    const { clock, idp, send } = world;
    const second = makeKey('ES256', { kid: 'second' });
    idp.keys = [second];
    clock.ahead += MINUTE;
    assert.equal((await send({}, second)).status, 200);
    assertRefused(await send({ kid: 'ES256-key' }, makeKey()), 401, 'invalid_token');
  });
});

describe('a clock that steps', () => {
  let world;
  before(async () => (world = await startTimedWorld()));
  after(() => world?.gate.dispose());

  it('forwards and back by a day: everybody passes, and the provider is asked a few times only', async () => {
    const { clock, send, asked } = world;
    for (const ahead of [0, DAY, 0, -DAY, 0, DAY / 2, 0]) {
      clock.ahead = ahead;
      for (let i = 0; i < 3; i++) assert.equal((await send()).status, 200, `${ahead} seconds ahead`);
    }
    assert.ok(asked() <= 16, `${asked()} fetches`);
  });

  it('back, while the provider is down: the keys that are held go on', async () => {
    const { clock, idp, send } = world;
    idp.serves(isDown);
    // Nobody can tell a step from time that has passed: half a day is within the stale limit.
    for (const ahead of [0, -HOUR, -DAY / 2, 0]) {
      clock.ahead = ahead;
      assert.equal((await send()).status, 200, `${ahead} seconds ahead`);
    }
  });
});

describe('a request that has waited for an hour', () => {
  let world;
  before(async () => (world = await startTimedWorld()));
  after(() => world?.gate.dispose());

  it('is given up when another comes to wait: nobody else would ever let go of one whose client has gone', async () => {
    const { clock, origin, send } = world;
    assert.equal((await send()).status, 200);
    origin.answers(silent);
    const first = await waiting(world);
    clock.ahead = HOUR - MINUTE;
    const second = await waiting(world);
    clock.ahead = HOUR + MINUTE;
    const third = await waiting(world);
    for (const { exchange } of [first, second, third]) exchange.end();
    const answers = await Promise.all([first.answer, second.answer, third.answer]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [500, 200, 200],
    );
  });
});

/** A request that waits for the origin, which answers when `exchange.end` is called. */
async function waiting({ origin, send }) {
  const arriving = origin.next();
  const answer = send();
  return { answer, exchange: await arriving };
}

describe('a store of key sets', () => {
  const second = makeKey('ES256', { kid: 'second' });
  let world;
  before(async () => (world = await startTimedWorld()));
  after(() => world?.gate.dispose());

  it('is read once and written once by a cold instance, and not at all by a warm one', async () => {
    const { store, send } = world;
    for (let i = 0; i < 5; i++) assert.equal((await send()).status, 200);
    await written(store, 1);
    assert.deepEqual([store.reads.length, store.writes.length], [1, 1]);
  });

  it('that holds an older copy than the instance does not bring a withdrawn key back', async () => {
    const { clock, idp, store, send } = world;
    const older = new Map(store.entries);
    const [first] = idp.keys;
    idp.keys = [second];
    clock.ahead += MINUTE;
    assert.equal((await send({}, second)).status, 200);
    await written(store, 2);
    store.entries = older;
    clock.ahead += MINUTE;
    const reads = store.reads.length;
    assertRefused(await send({}, first), 401, 'invalid_token');
    assert.ok(store.reads.length > reads, 'the older copy was read');
    assert.equal((await send({}, second)).status, 200);
  });

  it('that is slow is waited for, and saves the provider', async () => {
    const { clock, store, idp, origin } = world;
    await written(store, 3);
    const fakes = { CLOCK: clock, JWKS_CACHE: store };
    const cold = await startGate({ vars: usualVars({ idp, origin }), kv: [], fakes });
    try {
      const before = { ...idp.fetches };
      store.state = 'slow';
      const asked = store.asked();
      const answer = cold.send({ path: '/info', token: idp.token({}, {}, second) });
      await asked;
      store.answer();
      assert.equal((await answer).status, 200);
      assert.deepEqual(idp.fetches, before);
    } finally {
      await cold.dispose();
    }
  });
});

for (const state of ['failing', 'hanging']) {
  describe(`a store of key sets that is ${state}`, () => {
    let world;
    before(async () => {
      world = await startTimedWorld();
      world.store.state = state;
    });
    after(() => world?.gate.dispose());

    it('does not keep the provider from being asked', async () => {
      const start = Date.now();
      assert.equal((await world.send()).status, 200);
      assert.ok(Date.now() - start < PATIENCE_MS, `${Date.now() - start} ms`);
      assert.equal(world.store.reads.length, 1);
    });

    it('is not missed afterwards', async () => {
      const reads = world.store.reads.length;
      for (let i = 0; i < 5; i++) assert.equal((await world.send()).status, 200);
      assert.equal(world.store.reads.length, reads);
      assert.equal(world.idp.fetches.keys, 1);
    });

    it('together with the provider: 503 in time', async () => {
      const cold = await startTimedWorld();
      try {
        cold.store.state = state;
        cold.idp.serves(isDown);
        const start = Date.now();
        assertRefused(await withoutOrigin(cold.origin, () => cold.send()), 503, 'keys_unavailable');
        assert.ok(Date.now() - start < PATIENCE_MS, `${Date.now() - start} ms`);
      } finally {
        await cold.gate.dispose();
      }
    });
  });
}
