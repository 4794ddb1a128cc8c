// How long a key set counts as fresh, and how rarely its shared copy is written: a store that bills its writes must not be
// charged once a minute by every isolate.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startTimedWorld, written } from './support/timed.mjs';

const MINUTE = 60;
/** Room for the seconds that pass while a test runs. */
const ROOM = 15;

/** Serves the key set with these header fields. */
const withFields = (fields) => (response, document) => {
  response.writeHead(200, { 'content-type': 'application/json', ...fields }).end(JSON.stringify(document));
};

/** What does not come fails instead of being waited for. */
const LIMIT = { timeout: 15_000 };

describe('a key set is fresh', LIMIT, () => {
  const cached = (value, age) => ({ 'cache-control': value, ...(age && { age }) });
  const rows = [
    ['for its max-age', cached('public, max-age=600'), 600],
    ['for its max-age less its Age', cached('max-age=600', '400'), 200],
    ['for a minute at least, whatever its Age', cached('max-age=600', '599'), 60],
    ['for a minute, with no-store behind max-age', cached('max-age=600, no-store'), 60],
    ['for a minute, with no-store before max-age', cached('no-store, max-age=600'), 60],
    ['for a minute, with no-cache', cached('no-cache, max-age=600'), 60],
    ['for ten minutes where nothing is said', {}, 600],
  ];
  let world, providers;
  before(async () => {
    providers = await Promise.all(rows.map(() => startProvider(makeKey())));
    for (const [index, [, fields]] of rows.entries()) providers[index].serves({ keys: withFields(fields) });
    world = await startTimedWorld({ ISSUERS: providers.map((idp) => idp.trusted()) });
  });
  after(() => world?.gate.dispose());

  rows.forEach(([name, , seconds], index) => {
    it(`${name}: ${seconds} s`, async () => {
      const { clock, gate } = world;
      const idp = providers[index];
      const at = async (ahead) => {
        clock.ahead = ahead;
        const token = idp.token({ exp: Math.floor(Date.now() / 1000) + 3600, jti: `at-${ahead}` });
        assert.equal((await gate.send({ path: '/info', token })).status, 200);
      };
      await at(0);
      await at(seconds - ROOM);
      assert.equal(idp.fetches.keys, 1, 'not asked while it is fresh');
      const asked = idp.asked();
      await at(seconds + ROOM);
      await asked;
      assert.equal(idp.fetches.keys, 2, 'asked once it is stale');
      clock.ahead = 0;
    });
  });
});

describe('the shared copy of a set that is fresh for a minute', LIMIT, () => {
  let world;
  before(async () => {
    world = await startTimedWorld();
    world.idp.serves({ keys: withFields({ 'cache-control': 'max-age=60' }) });
  });
  after(() => world?.gate.dispose());

  /** A request at this time, which finds the set stale, and the refresh that follows it. */
  async function refresh(ahead) {
    const { clock, gate, send } = world;
    const start = gate.log.lines.length;
    clock.ahead = ahead;
    assert.equal((await send()).status, 200);
    await gate.log.find((line) => line.includes('"refreshed"') && line, 'a refresh', start);
  }

  it('is not written again within the hour while it is the same', async () => {
    const { store, idp } = world;
    await refresh(0);
    await written(store, 1);
    for (const minute of [2, 4, 20, 40, 58]) await refresh(minute * MINUTE);
    assert.equal(idp.fetches.keys, 6, 'the provider was asked all the same');
    assert.equal(store.writes.length, 1);
    await refresh(61 * MINUTE);
    await written(store, 2);
  });

  it('is written at once when the set is another', async () => {
    const { store, idp } = world;
    idp.keys.push(makeKey('ES256', { kid: 'second' }));
    await refresh(63 * MINUTE);
    await written(store, 3);
    await refresh(65 * MINUTE);
    assert.equal(store.writes.length, 3);
  });

  it('is written anew when the store has lost it', async () => {
    const { store } = world;
    store.entries.clear();
    await refresh(67 * MINUTE);
    await written(store, 4);
  });
});

describe('the schedule, every five minutes', LIMIT, () => {
  let world;
  before(async () => (world = await startTimedWorld()));
  after(() => world?.gate.dispose());

  it('asks the provider each time, and writes once an hour', async () => {
    const { clock, gate, idp, store } = world;
    const worker = await gate.miniflare.getWorker(gate.name);
    for (let run = 0; run < 12; run++) {
      clock.ahead = run * 5 * MINUTE;
      assert.equal((await worker.scheduled({ cron: '*/5 * * * *' })).outcome, 'ok');
    }
    assert.deepEqual([idp.fetches.keys, store.writes.length], [12, 1]);
    clock.ahead = 61 * MINUTE;
    assert.equal((await worker.scheduled({ cron: '*/5 * * * *' })).outcome, 'ok');
    await written(store, 2);
  });
});
