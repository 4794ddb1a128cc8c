// A gate whose clock and whose store of key sets are the test's.

import { FakeClock, FakeKv } from '../../support/fakes.mjs';
import { now } from '../../support/token.mjs';
import { startWorld } from '../../support/world.mjs';

const DAY = 24 * 60 * 60;

/** A world with a clock and a store of its own. */
export async function startTimedWorld(vars = {}) {
  const [clock, store] = [new FakeClock(), new FakeKv()];
  const world = await startWorld({ vars, kv: [], fakes: { CLOCK: clock, JWKS_CACHE: store } });
  const { idp, gate } = world;
  // Never the same token twice, so that no verdict is remembered; good for as long as any test looks ahead.
  let count = 0;
  const token = (header, key) => {
    const times = { iat: now() - 2 * DAY, exp: now() + 7 * DAY };
    return idp.token({ ...times, jti: `token-${count++}` }, header, key);
  };
  const send = (...of) => gate.send({ path: '/info', token: token(...of) });
  const asked = () => idp.fetches.discovery + idp.fetches.keys;
  return { ...world, clock, store, send, asked };
}

/** Waits until `store` has taken so many writes; the Worker writes after it has answered. */
export async function written(store, count) {
  while (store.writes.length < count) await store.asked();
}
