// fastapi-users by its own strategy and its user manager, and the settings of the page on libraries of one's own.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { PAGE, issue, newSecret } from './support/library.mjs';
import { accepted, refused, startGateOf } from './support/page.mjs';

const JWT_SECRET = newSecret();
let gate, tokens;
before(async () => {
  [gate, tokens] = await Promise.all([
    startGateOf(PAGE, { block: 2, addresses: {}, more: { JWT_SECRET } }),
    issue('fastapi-users', { env: { JWT_SECRET } }),
  ]);
});
after(() => gate?.dispose());

it('an access token is accepted, though it names no issuer', async () => {
  const identity = await accepted(gate, tokens.access);
  assert.equal(identity['x-user-id'], '3f1c9d2e-5a4b-4c7d-8e6f-0a1b2c3d4e5f');
});

it('tokens to reset a password or to verify an address are refused, though their secret is the same', async () => {
  for (const [token, audience] of [
    [tokens.reset, 'fastapi-users:reset'],
    [tokens.verify, 'fastapi-users:verify'],
  ]) {
    const line = await refused(gate, token, 'wrong_audience');
    assert.deepEqual(line.aud, [audience]);
  }
});

it('a token by another secret is refused', async () => {
  const { access } = await issue('fastapi-users', { env: { JWT_SECRET: newSecret() } });
  await refused(gate, access, 'bad_signature');
});
