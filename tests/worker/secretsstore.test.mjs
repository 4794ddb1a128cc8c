// Secrets in Cloudflare's Secrets Store: bindings that reveal their values only when they are asked.

import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { FakeClock } from '../support/fakes.mjs';
import { startGate, startGates } from '../support/gate.mjs';
import { AUDIENCE, startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { input, post } from '../support/requests.mjs';
import { now } from '../support/token.mjs';
import { usualVars } from '../support/world.mjs';
import { assertNotLogged, assertRefused, withoutOrigin } from './support/expect.mjs';

const THREAD_KEY = Buffer.alloc(32, 7).toString('base64url');
const SHARED = Buffer.alloc(32, 9).toString('base64url');
const ASSERTION_KEY = JSON.stringify(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
);
const ORIGIN_HEADERS = '{"x-service":"canary-of-the-store"}';
const HMAC_ISSUER = 'urn:example:hmac';

/** A secret that counts how often it is read; each of `values` is given once, the last for ever; an error is thrown. */
class Secret {
  reads = 0;
  constructor(...values) {
    this.values = values;
  }
  get() {
    const value = this.values[Math.min(this.reads, this.values.length - 1)];
    this.reads += 1;
    if (value instanceof Error) throw value;
    return value;
  }
}

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function hmacToken() {
  const claims = { iss: HMAC_ISSUER, aud: AUDIENCE, sub: 'user-2', iat: now(), exp: now() + 300 };
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', Buffer.from(SHARED, 'base64url')).update(text).digest('base64url')}`;
}

let idp, origin;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
});
const vars = (more) => ({ ...usualVars({ idp, origin }), ...more });

describe('secrets in the store', () => {
  let plain, stored, large, secrets, secretOfLarge;
  before(async () => {
    secrets = { THREAD_KEY: new Secret(THREAD_KEY), ASSERTION_KEY: new Secret(ASSERTION_KEY) };
    secrets.ORIGIN_HEADERS = new Secret(ORIGIN_HEADERS);
    secrets.SHARED = new Secret(SHARED);
    const ISSUERS = [idp.trusted(), { issuer: HMAC_ISSUER, audience: AUDIENCE, secret: 'SHARED' }];
    secretOfLarge = new Secret(THREAD_KEY);
    [plain, stored, large] = await startGates([
      { vars: vars({ ISSUERS, THREAD_KEY, ASSERTION_KEY, ORIGIN_HEADERS, SHARED }) },
      { vars: vars({ ISSUERS }), fakes: secrets },
      { vars: vars({ MAX_BODY_BYTES: 32 * 1024 * 1024 }), fakes: { THREAD_KEY: secretOfLarge } },
    ]);
  });
  after(() => plain?.dispose());

  it('are not read again by an instance that takes the place of another', async () => {
    const long = input({ messages: [{ id: 'm', role: 'user', content: 'x'.repeat(18 * 1024 * 1024) }] });
    const { answer } = await relay(large, origin, { ...post('/agent/a/run', long), token: idp.token() });
    assert.equal(answer.status, 200, answer.text);
    const next = await large.send({ path: '/info', token: idp.token() });
    assert.equal(next.status, 200);
    const [before, after] = [answer, next].map(({ headers }) => headers['x-request-id'].split('-')[0]);
    assert.notEqual(before, after, 'the same instance');
    assert.equal(secretOfLarge.reads, 1);
  });

  it('do what they do as secrets of the Worker', async () => {
    const run = post('/agent/a/run', input({ threadId: 'choice' }));
    const seen = [];
    for (const gate of [plain, stored]) {
      const { answer, received } = await relay(gate, origin, { ...run, token: idp.token() });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(received[0].headers['x-service'], 'canary-of-the-store');
      assert.equal(received[0].headers['x-gate-assertion'].split('.').length, 3);
      seen.push(JSON.parse(received[0].text).threadId);
      const { received: again } = await relay(gate, origin, { path: '/info', token: hmacToken() });
      assert.equal(again[0].headers['x-user-id'], 'user-2');
    }
    assert.equal(seen[0], seen[1]);
    assert.notEqual(seen[0], 'choice');
  });

  it('are read once, before the first decision, and never logged', async () => {
    await Promise.all(Array.from({ length: 5 }, () => stored.send({ path: '/info', token: idp.token() })));
    for (const secret of Object.values(secrets)) assert.equal(secret.reads, 1);
    assertNotLogged(plain.log, [THREAD_KEY, SHARED, 'canary-of-the-store', JSON.parse(ASSERTION_KEY).d]);
  });
});

describe('a real store', () => {
  it('gives its secret', async () => {
    const env = { THREAD_KEY: { type: 'secrets-store-secret', storeId: 'store', secretName: 'thread-key' } };
    const gate = await startGate({ vars: vars(), env });
    try {
      const admin = (await gate.miniflare.getSecretsStoreSecretAPI('THREAD_KEY', gate.name))();
      await admin.create(THREAD_KEY);
      const run = post('/agent/a/run', input({ threadId: 'choice' }));
      const { answer, received } = await relay(gate, origin, { ...run, token: idp.token() });
      assert.equal(answer.status, 200, answer.text);
      assert.notEqual(JSON.parse(received[0].text).threadId, 'choice');
    } finally {
      await gate.dispose();
    }
  });
});

describe('a secret that cannot be read', () => {
  it('closes the gate, is named, and is tried again as key sets are', async () => {
    const [secret, clock] = [new Secret(new Error('down'), new Error('down'), THREAD_KEY), new FakeClock()];
    const gate = await startGate({ vars: vars(), fakes: { THREAD_KEY: secret, CLOCK: clock } });
    try {
      const ask = () => gate.send({ path: '/info', token: idp.token() });
      const refused = async () => assertRefused(await withoutOrigin(origin, ask), 500, 'misconfigured');
      await refused();
      const line = await gate.log.find((text) => text.includes('"misconfigured"') && JSON.parse(text), 'the fault');
      assert.equal(line.event, 'misconfigured');
      assert.equal(line.setting, 'THREAD_KEY');
      assert.match(line.fault, /Secrets Store/);
      // At once, nobody asks again; after five seconds one does, and then after ten.
      await refused();
      assert.equal(secret.reads, 1);
      clock.ahead = 6;
      await refused();
      assert.equal(secret.reads, 2);
      clock.ahead = 12;
      await refused();
      assert.equal(secret.reads, 2);
      clock.ahead = 20;
      assert.equal((await ask()).status, 200);
      assert.equal(secret.reads, 3);
    } finally {
      await gate.dispose();
    }
  });

  const rows = [
    ['that is no text', new Secret(7), 'THREAD_KEY', /Secrets Store/],
    ['that is no key', new Secret('too-short-a-key'), 'THREAD_KEY', /usable/],
  ];
  for (const [name, secret, setting, fault] of rows) {
    it(`${name}: the setting is named, and no value`, async () => {
      const gate = await startGate({ vars: vars(), fakes: { [setting]: secret } });
      try {
        const ask = () => gate.send({ path: '/info', token: idp.token() });
        assertRefused(await withoutOrigin(origin, ask), 500, 'misconfigured');
        const line = await gate.log.find((text) => text.includes('"misconfigured"') && JSON.parse(text), 'the fault');
        assert.equal(line.setting, setting);
        assert.match(line.fault, fault);
        assertNotLogged(gate.log, ['too-short-a-key']);
      } finally {
        await gate.dispose();
      }
    });
  }
});
