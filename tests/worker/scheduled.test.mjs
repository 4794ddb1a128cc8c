// The scheduled event: renews every issuer's key set in KV, so that no request waits for a provider.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startGate } from '../support/gate.mjs';
import { AUDIENCE, startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { usualVars } from '../support/world.mjs';

let origin, folder;
before(async () => {
  origin = await startOrigin();
  folder = await mkdtemp(join(tmpdir(), 'gate-scheduled-'));
});
after(() => rm(folder, { recursive: true }));

/** Runs `act` on a fresh instance that trusts `idps`, over the KV of the name `store`. */
async function onGate(idps, store, act) {
  const ISSUERS = idps.map(({ issuer }) => ({ issuer, audience: AUDIENCE }));
  const vars = { ...usualVars({ idp: idps[0], origin }), ISSUERS };
  const gate = await startGate({ vars, persist: join(folder, store) });
  try {
    return await act(gate);
  } finally {
    await gate.dispose();
  }
}

/** Lets the event happen; resolves when its work is done. */
async function tick(gate) {
  const worker = await gate.miniflare.getWorker(gate.name);
  assert.equal((await worker.scheduled({ cron: '*/5 * * * *' })).outcome, 'ok');
}

/** The copies in KV. */
async function copies(gate) {
  const kv = await gate.kv();
  const { keys } = await kv.list();
  return Promise.all(keys.map(({ name }) => kv.get(name)));
}

/** The copies once `holds` says that they are as wanted; KV is written beside the event. */
async function copiesWhen(gate, holds) {
  for (;;) {
    const found = await copies(gate);
    if (holds(found)) return found;
  }
}

describe('the scheduled event', () => {
  it('puts every issuer into KV, so that a new instance asks no provider', async () => {
    const idps = [await startProvider(makeKey()), await startProvider(makeKey())];
    await onGate(idps, 'all', async (gate) => {
      await tick(gate);
      await copiesWhen(gate, (found) => found.length === 2);
    });
    const fetches = idps.map((idp) => ({ ...idp.fetches }));
    await onGate(idps, 'all', async (gate) => {
      for (const idp of idps) assert.equal((await gate.send({ path: '/info', token: idp.token() })).status, 200);
    });
    assert.deepEqual(
      idps.map((idp) => idp.fetches),
      fetches,
    );
  });

  it('renews a set that is still fresh: a rotated key is there before anybody needs it', async () => {
    const idp = await startProvider(makeKey());
    await onGate([idp], 'rotated', async (gate) => {
      await tick(gate);
      const [first] = await copiesWhen(gate, (found) => found.length === 1);
      const key = makeKey('ES256', { kid: 'next' });
      idp.keys = [key];
      await tick(gate);
      await copiesWhen(gate, ([copy]) => copy !== first && copy.includes(key.kid));
    });
  });

  it('does not stop at an issuer that is down, and leaves its good copy', async () => {
    const idps = [await startProvider(makeKey()), await startProvider(makeKey())];
    await onGate(idps, 'down', async (gate) => {
      await tick(gate);
      await copiesWhen(gate, (found) => found.length === 2);
      await idps[0].down();
      const key = makeKey('ES256', { kid: 'next' });
      idps[1].keys = [key];
      await tick(gate);
      const found = await copiesWhen(gate, (all) => all.some((copy) => copy.includes(key.kid)));
      assert.equal(found.length, 2);
      assert.equal((await gate.send({ path: '/info', token: idps[0].token() })).status, 200);
    });
  });
});
