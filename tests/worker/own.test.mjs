// The gate's own endpoints below `.gate/`: health for everybody, whoami for callers.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { html, startProvider, status } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { now } from '../support/token.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

const IDENTITY = { 'x-user-id': 'sub', 'x-groups': 'groups' };

let idp, broken, origin, gate, mapped, degraded, closed;
before(async () => {
  idp = await startProvider(makeKey());
  broken = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = usualVars({ idp, origin });
  [gate, mapped, degraded, closed] = await startGates([
    { vars },
    { vars: { ...vars, IDENTITY } },
    { vars: { ...vars, ISSUERS: [broken.trusted()] } },
    { vars: { ...vars, ISSUERS: [] } },
  ]);
});
after(() => gate?.dispose());

/** Asks for one of the endpoints; the origin never hears of it. */
const own = (through, name, request = {}) =>
  withoutOrigin(origin, () => through.send({ path: `/.gate/${name}`, ...request }));

describe('health', () => {
  for (const [name, make] of [
    ['nobody', () => ({})],
    ['a caller', () => ({ token: idp.token() })],
    ['a bad token', () => ({ token: 'garbage' })],
  ]) {
    it(`is ok for ${name}`, async () => {
      const answer = await own(gate, 'health', make());
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.json, { status: 'ok' });
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.equal(answer.headers['content-type'], 'application/json');
    });
  }

  it('has no body for HEAD', async () => {
    const answer = await own(gate, 'health', { method: 'HEAD' });
    assert.deepEqual([answer.status, answer.text], [200, '']);
  });

  for (const [name, keys] of [
    ['answers with an error', status(500)],
    ['serves a page', html],
  ]) {
    it(`is degraded while the provider ${name}, and says nothing of it`, async () => {
      broken.serves({ keys });
      assertRefused(await degraded.send({ path: '/info', token: broken.token() }), 503, 'keys_unavailable');
      const answer = await own(degraded, 'health');
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.json, { status: 'degraded' });
    });
  }

  it('is misconfigured where a setting is wrong', async () => {
    const answer = await own(closed, 'health');
    if (answer.status === 200) assert.deepEqual(answer.json, { status: 'misconfigured' });
    else assertRefused(answer, 500);
  });

  for (const method of ['POST', 'DELETE', 'PUT']) {
    it(`is not there for ${method}`, async () => {
      assertRefused(await own(gate, 'health', { method }), 401, 'missing_token');
      assert.ok([404, 405].includes((await own(gate, 'health', { method, token: idp.token() })).status));
    });
  }

  for (const path of ['health/', 'Health', 'health/x', '%68ealth', '']) {
    it(`is not at .gate/${path}`, async () => assertRefused(await own(gate, path), 401, 'missing_token'));
  }
});

describe('whoami', () => {
  it('shows the identity headers that the origin gets, and only those', async () => {
    const claims = { role: 'Zoë', permissions: ['a', 'b,c'], email: 'x@example.com' };
    const answer = await own(gate, 'whoami', { token: idp.token(claims) });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['cache-control'], 'no-store');
    const { received } = await relay(gate, origin, { path: '/info', token: idp.token(claims) });
    const names = ['x-user-id', 'x-user-role', 'x-user-permissions', 'x-user-issuer'];
    const { identity } = answer.json;
    assert.deepEqual(identity, Object.fromEntries(names.map((name) => [name, received[0].headers[name]])));
    assert.deepEqual([identity['x-user-id'], identity['x-user-issuer']], ['user-1', idp.issuer]);
  });

  it('says who vouches for the caller, and until when: `exp`, without leeway', async () => {
    const exp = now() + 77;
    const { identity, ...rest } = (await own(gate, 'whoami', { token: idp.token({ exp }) })).json;
    assert.deepEqual(rest, { issuer: idp.issuer, expires_at: exp });
    assert.deepEqual(Object.keys(identity).sort(), ['x-user-id', 'x-user-issuer']);
  });

  it('leaves out what the token does not have', async () => {
    const { identity } = (await own(gate, 'whoami', { token: idp.token() })).json;
    assert.deepEqual(identity, { 'x-user-id': 'user-1', 'x-user-issuer': idp.issuer });
  });

  it('follows IDENTITY', async () => {
    const token = idp.token({ groups: ['a', 'b'], role: 'x' });
    const { identity } = (await own(mapped, 'whoami', { token })).json;
    assert.deepEqual(identity, { 'x-user-id': 'user-1', 'x-groups': 'a,b' });
  });

  it('ignores what the client claims', async () => {
    const headers = [
      ['x-user-id', 'forged'],
      ['x-user-role', 'forged'],
      ['x-user-issuer', 'forged'],
    ];
    const { identity } = (await own(gate, 'whoami', { headers, token: idp.token() })).json;
    assert.deepEqual(identity, { 'x-user-id': 'user-1', 'x-user-issuer': idp.issuer });
  });

  const rows = [
    ['no token', () => ({}), 'missing_token'],
    ['a bad one', () => ({ token: 'garbage' }), 'invalid_token'],
    ['an expired one', () => ({ token: idp.token({ exp: now() - 3600 }) }), 'token_expired'],
  ];
  for (const [name, make, code] of rows) {
    it(`is refused with ${name}: 401 ${code}`, async () => assertRefused(await own(gate, 'whoami', make()), 401, code));
  }
});
