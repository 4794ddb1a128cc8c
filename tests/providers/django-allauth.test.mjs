// django-allauth's headless API, and the settings of the page on libraries of one's own.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { PAGE, issue, newSecret } from './support/library.mjs';
import { accepted, contentOf, refused, startGateOf } from './support/page.mjs';

const JWT_SECRET = newSecret();
let gate, tokens;
before(async () => {
  [gate, tokens] = await Promise.all([
    startGateOf(PAGE, { block: 3, addresses: {}, more: { JWT_SECRET } }),
    issue('django-allauth', { env: { JWT_SECRET } }),
  ]);
});
after(() => gate?.dispose());

it('an access token is accepted, though it names no issuer and no audience', async () => {
  const [, claims] = contentOf(tokens.access);
  assert.deepEqual([claims.iss, claims.aud, claims.token_use], [undefined, undefined, 'access']);
  assert.equal((await accepted(gate, tokens.access))['x-user-id'], '1');
});

it('the refresh token and a token by another secret are refused', async () => {
  await refused(gate, tokens.refresh, 'refresh_token');
  const { access } = await issue('django-allauth', { env: { JWT_SECRET: newSecret() } });
  await refused(gate, access, 'bad_signature');
});
