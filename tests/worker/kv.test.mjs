// The shared copy of the key sets: a new isolate lives on it, and without it the gate still works.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startGate } from '../support/gate.mjs';
import { other, startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

let origin, folder;
before(async () => {
  origin = await startOrigin();
  folder = await mkdtemp(join(tmpdir(), 'gate-kv-'));
});
after(() => rm(folder, { recursive: true }));

/** Runs `act` on a fresh instance over the KV of the name `store`. */
async function onGate(idp, store, act) {
  const gate = await startGate({ vars: usualVars({ idp, origin }), persist: store && join(folder, store) });
  try {
    return await act(gate, () => gate.send({ path: '/info', token: idp.token() }));
  } finally {
    await gate.dispose();
  }
}

/** The names in KV once there are any; the Worker writes after it has answered. */
async function names(gate) {
  const kv = await gate.kv();
  for (;;) {
    const { keys } = await kv.list();
    if (keys.length > 0) return keys.map(({ name }) => name);
  }
}

/** A provider whose keys one instance has put into KV. */
async function warmed(store) {
  const idp = await startProvider(makeKey());
  await onGate(idp, store, async (gate, send) => {
    assert.equal((await send()).status, 200);
    await names(gate);
  });
  return idp;
}

describe('a new instance over a warm KV', () => {
  it('asks the provider nothing', async () => {
    const idp = await warmed('warm');
    const before = { ...idp.fetches };
    await onGate(idp, 'warm', async (_, send) => assert.equal((await send()).status, 200));
    assert.deepEqual(idp.fetches, before);
  });

  it('works while the provider is down', async () => {
    const idp = await warmed('down');
    await idp.down();
    await onGate(idp, 'down', async (_, send) => {
      const answers = await Promise.all([send(), send(), send(), send(), send()]);
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200, 200, 200, 200],
      );
    });
  });
});

describe('a copy in KV that has gone bad', () => {
  const spoil = async (idp, store, text) =>
    onGate(idp, store, async (gate) => {
      const kv = await gate.kv();
      for (const name of await names(gate)) {
        const { metadata } = await kv.getWithMetadata(name);
        await kv.put(name, text, { metadata });
      }
    });

  for (const text of ['not json', '', '{"keys":[]}', '[]', 'null']) {
    it(`${JSON.stringify(text)} is not used: the provider is asked`, async () => {
      const store = `bad-${text.length}`;
      const idp = await warmed(store);
      const before = idp.fetches.keys;
      await spoil(idp, store, text);
      await onGate(idp, store, async (_, send) => assert.equal((await send()).status, 200));
      assert.equal(idp.fetches.keys, before + 1);
    });
  }

  it('and with the provider down as well: 503, not 401 or 500', async () => {
    const idp = await warmed('worst');
    await spoil(idp, 'worst', 'not json');
    await idp.down();
    await onGate(idp, 'worst', async (_, send) => assertRefused(await send(), 503, 'keys_unavailable'));
  });
});

describe('what goes into KV', () => {
  it('is nothing that the gate could not use', async () => {
    const idp = await startProvider(makeKey());
    idp.serves({ keys: other(() => ({ keys: [] })) });
    await onGate(idp, undefined, async (gate, send) => {
      assertRefused(await send(), 503, 'keys_unavailable');
      assertRefused(await send(), 503, 'keys_unavailable');
      const kv = await gate.kv();
      const values = await Promise.all((await kv.list()).keys.map(({ name }) => kv.get(name)));
      assert.ok(
        values.every((value) => !value?.includes('"keys":[]')),
        values.join('\n'),
      );
    });
  });
});

describe('without JWKS_CACHE', () => {
  it('the gate works from its own memory and says so once', async () => {
    const idp = await startProvider(makeKey());
    const gate = await startGate({ vars: usualVars({ idp, origin }), kv: [] });
    try {
      for (let i = 0; i < 3; i++) {
        assert.equal((await gate.send({ path: '/info', token: idp.token() })).status, 200);
        await gate.log.decision(origin.heard.at(-1).headers['x-request-id']);
      }
      assert.equal(idp.fetches.keys, 1);
      assert.equal(gate.log.lines.filter((line) => line.includes('JWKS_CACHE')).length, 1);
    } finally {
      await gate.dispose();
    }
  });
});
