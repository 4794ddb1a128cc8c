// Flask-JWT-Extended in a server of its own, and the settings of the page on libraries of one's own.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { PAGE, issue, newSecret } from './support/library.mjs';
import { accepted, contentOf, refused, startGateOf } from './support/page.mjs';

const JWT_SECRET = newSecret();
let gate, tokens;
before(async () => {
  [gate, tokens] = await Promise.all([
    startGateOf(PAGE, { block: 1, addresses: {}, more: { JWT_SECRET } }),
    issue('flask-jwt-extended', { env: { JWT_SECRET } }),
  ]);
});
after(() => gate?.dispose());

it('an access token is accepted, and so is a renewed one', async () => {
  for (const token of [tokens.access, tokens.renewed]) {
    const identity = await accepted(gate, token);
    assert.deepEqual([identity['x-user-id'], identity['x-user-role']], ['alice', 'admin']);
  }
});

it('the refresh token is refused, though secret, issuer and audience are the same', async () => {
  const [access, refresh] = [tokens.access, tokens.refresh].map((token) => contentOf(token)[1]);
  assert.deepEqual([refresh.iss, refresh.aud], [access.iss, access.aud]);
  await refused(gate, tokens.refresh, 'refresh_token');
});

it('tokens for another audience, by the defaults and by another secret are refused', async () => {
  const of = async (more, args) => (await issue('flask-jwt-extended', { env: { JWT_SECRET, ...more }, args })).access;
  await refused(gate, await of({ AUDIENCE: 'https://app.example.com/billing' }), 'wrong_audience');
  await refused(gate, await of({}, ['defaults']), 'missing_issuer');
  await refused(gate, await of({ JWT_SECRET: newSecret() }), 'bad_signature');
});
