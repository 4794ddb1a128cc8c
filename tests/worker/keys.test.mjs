// How keys are got and kept: cold starts, rotation, floods, and a provider that fails in every way.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { BASE } from '../support/client.mjs';
import { startGate } from '../support/gate.mjs';
import { hang, html, after as onceSettled, other, redirect, startProvider, status } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

/** Nobody waits longer for keys, plus what a busy machine may add. */
const PATIENCE_MS = 8_000 + 1_500;

/** A provider in some state at its first use, and what is wrong with it. */
const FAULTS = [
  ['is down', (idp) => idp.down()],
  [
    'has a discovery document for another issuer',
    (idp) => idp.serves({ discovery: other((d) => ({ ...d, issuer: 'https://other.example' })) }),
  ],
  [
    'has a discovery document without jwks_uri',
    (idp) => idp.serves({ discovery: other(({ issuer }) => ({ issuer })) }),
  ],
  ['has a sign-in page for discovery', (idp) => idp.serves({ discovery: html })],
  ['redirects discovery', (idp) => idp.serves({ discovery: redirect })],
  ['fails at discovery', (idp) => idp.serves({ discovery: status(500) })],
  ['is a Worker of the same account', (idp) => idp.serves({ discovery: sameAccount })],
  ['redirects its keys', (idp) => idp.serves({ keys: redirect })],
  ['has a sign-in page for keys', (idp) => idp.serves({ keys: html })],
  ['fails at its keys', (idp) => idp.serves({ keys: status(500) })],
  ['denies its keys', (idp) => idp.serves({ keys: status(403) })],
  ['has no keys', (idp) => idp.serves({ keys: other(() => ({ keys: [] })) })],
  ['has keys that are no list', (idp) => idp.serves({ keys: other(({ keys }) => ({ keys: keys[0] })) })],
  ['has a list that is no set', (idp) => idp.serves({ keys: other(({ keys }) => keys) })],
  [
    'has only keys of an unknown kind',
    (idp) => idp.serves({ keys: other(() => ({ keys: [{ kty: 'XYZ', kid: 'ES256-key' }] })) }),
  ],
  ['has a set cut short', (idp) => idp.serves({ keys: other((set) => JSON.stringify(set).slice(0, -1)) })],
  [
    'has a set of more than 512 KiB',
    (idp) => idp.serves({ keys: other((set) => ({ ...set, padding: 'x'.repeat(512 * 1024) })) }),
  ],
];

/** The answer of Cloudflare to a Worker that fetches another one of its account by URL. */
function sameAccount(response) {
  response.writeHead(404, { 'content-type': 'text/plain' }).end('error code: 1042');
}

let origin, gate, faulty, hanging, rotating, flooded, forged, outliving, spoilt, mixed, crowd;
before(async () => {
  origin = await startOrigin();
  const provider = () => startProvider(makeKey());
  faulty = await Promise.all(FAULTS.map(provider));
  [hanging, rotating, flooded, forged, outliving, spoilt, mixed, crowd] = await Promise.all(
    Array.from({ length: 8 }, provider),
  );
  const trusted = providers().map((idp) => idp.trusted());
  gate = await startGate({ vars: { ORIGIN_URL: origin.url + BASE, ISSUERS: trusted } });
});
after(() => gate?.dispose());

function providers() {
  return [...faulty, hanging, rotating, flooded, forged, outliving, spoilt, mixed, crowd];
}

const send = (token) => gate.send({ path: '/info', token });

async function assertPasses(token) {
  const answer = await send(token);
  assert.equal(answer.status, 200, answer.text);
}

describe('a provider that at its first use', () => {
  FAULTS.forEach(([name, arrange], index) => {
    it(`${name}: 503 keys_unavailable, never 401`, async () => {
      const idp = faulty[index];
      const token = idp.token();
      await arrange(idp);
      assertRefused(await withoutOrigin(origin, () => send(token)), 503, 'keys_unavailable');
    });
  });

  it('never answers: 503 within 8 seconds', async () => {
    hanging.serves({ keys: hang });
    const start = performance.now();
    assertRefused(await withoutOrigin(origin, () => send(hanging.token())), 503, 'keys_unavailable');
    assert.ok(performance.now() - start < PATIENCE_MS);
  });

  it('redirects is not followed', () => {
    const index = FAULTS.findIndex(([name]) => name === 'redirects its keys');
    assert.equal(faulty[index].fetches.keys, 1);
  });

  it('is a Worker of the same account is named so in the log, with the setting that helps', async () => {
    const { issuer } = faulty[FAULTS.findIndex(([name]) => name === 'is a Worker of the same account')];
    const pick = (text) =>
      [text.includes('"refresh_failed"') && JSON.parse(text)].find((line) => line.issuer === issuer);
    const line = await gate.log.find(pick, `a failed refresh of ${issuer}`);
    assert.deepEqual([line.fault, line.url], ['same_account', `${issuer}/.well-known/openid-configuration`]);
    assert.match(line.remedy, /service = /);
  });

  it('leaves the other issuers alone', async () => {
    await assertPasses(mixed.token());
  });
});

describe('fifty callers at once on a cold gate', () => {
  it('all pass, also when the provider is slow', { timeout: 15_000 }, async () => {
    let release;
    crowd.serves({ keys: onceSettled(new Promise((resolve) => (release = resolve))) });
    const asked = crowd.asked();
    const calls = Array.from({ length: 50 }, () => send(crowd.token()));
    await asked;
    release();
    const statuses = (await Promise.all(calls)).map((answer) => answer.status);
    assert.deepEqual(statuses, Array(50).fill(200));
  });
});

describe('a rotation', () => {
  const second = makeKey('ES256', { kid: 'second' });

  it('brings the new key at its first sight, with one fetch', async () => {
    await assertPasses(rotating.token());
    const before = rotating.fetches.keys;
    rotating.keys.push(second);
    await assertPasses(rotating.token({}, {}, second));
    await assertPasses(rotating.token({}, {}, second));
    await assertPasses(rotating.token());
    assert.equal(rotating.fetches.keys, before + 1);
  });
});

describe('a key that the newer set lacks', () => {
  it('is withdrawn at once, its cached verdicts too', async () => {
    const [first] = mixed.keys;
    const second = makeKey('ES256', { kid: 'second' });
    const old = mixed.token({}, {}, first);
    await assertPasses(old);
    mixed.keys = [second];
    await assertPasses(mixed.token({}, {}, second));
    assertRefused(await withoutOrigin(origin, () => send(old)), 401, 'invalid_token');
    assertRefused(await withoutOrigin(origin, () => send(mixed.token({}, {}, first))), 401, 'invalid_token');
  });
});

describe('a flood of unknown key ids', () => {
  it('costs the provider one fetch at most, and nobody else anything', async () => {
    await assertPasses(flooded.token());
    const before = flooded.fetches.keys;
    for (let round = 0; round < 40; round++) {
      const unknown = Array.from({ length: 50 }, () => send(flooded.token({}, { kid: randomUUID() })));
      const [good, ...bad] = await Promise.all([send(flooded.token()), ...unknown]);
      assert.equal(good.status, 200);
      for (const answer of bad) assertRefused(answer, 401, 'invalid_token');
    }
    assert.ok(flooded.fetches.keys <= before + 1, `${flooded.fetches.keys - before} fetches`);
  });
});

describe('a flood of forged signatures under a known key id', () => {
  it('costs the provider one fetch at most, and nobody else anything', async () => {
    await assertPasses(forged.token());
    const before = forged.fetches.keys;
    const stranger = makeKey('ES256', { kid: forged.keys[0].kid });
    for (let round = 0; round < 10; round++) {
      const forgeries = Array.from({ length: 50 }, () => send(forged.token({ jti: randomUUID() }, {}, stranger)));
      const [good, ...bad] = await Promise.all([send(forged.token()), ...forgeries]);
      assert.equal(good.status, 200);
      for (const answer of bad) assertRefused(answer, 401, 'invalid_token');
    }
    assert.equal(forged.fetches.keys, before + 1);
  });
});

describe('a provider that goes down later', () => {
  it('is not missed by callers whose key is known; an unknown one gets 401', async () => {
    await assertPasses(outliving.token());
    await outliving.down();
    await assertPasses(outliving.token());
    assertRefused(await send(outliving.token({}, { kid: 'new' })), 401, 'invalid_token');
    await assertPasses(outliving.token());
  });
});

describe('a refresh that brings garbage', () => {
  it('replaces nothing, in memory or in KV', async () => {
    await assertPasses(spoilt.token());
    await stored(gate, (values) => values.some((value) => value.includes(spoilt.keys[0].jwk.x)));
    const before = spoilt.fetches.keys;
    spoilt.serves({ keys: html });
    assertRefused(await send(spoilt.token({}, { kid: 'new' })), 401, 'invalid_token');
    assert.equal(spoilt.fetches.keys, before + 1, 'it was asked');
    await assertPasses(spoilt.token());
    await stored(gate, (values) => values.some((value) => value.includes(spoilt.keys[0].jwk.x)));
  });
});

/** The values in KV once they are as `good` wants them; the Worker writes after it has answered. */
async function stored(gate, good) {
  const kv = await gate.kv();
  for (;;) {
    const { keys } = await kv.list();
    const values = await Promise.all(keys.map(({ name }) => kv.get(name)));
    if (good(values.map((value) => value ?? ''))) return;
  }
}
