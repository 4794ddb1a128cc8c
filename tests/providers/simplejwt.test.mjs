// djangorestframework-simplejwt by its own views, and the settings of the page on libraries of one's own.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { PAGE, issue, newSecret } from './support/library.mjs';
import { accepted, contentOf, refused, startGateOf } from './support/page.mjs';

const JWT_SECRET = newSecret();
const NEXT_SECRET = newSecret();
let gate, tokens;
before(async () => {
  [gate, tokens] = await Promise.all([
    startGateOf(PAGE, { block: 0, addresses: {}, more: { JWT_SECRET } }),
    issue('simplejwt', { env: { JWT_SECRET } }),
  ]);
});
after(() => gate?.dispose());

it('an access token is accepted, and so is a renewed one', async () => {
  const identity = { 'x-user-id': '1', 'x-user-role': 'admin', 'x-user-issuer': 'https://api.example.com' };
  assert.deepEqual(await accepted(gate, tokens.access), identity);
  assert.deepEqual(await accepted(gate, tokens.renewed), identity);
});

it('the refresh token is refused, though secret, issuer and audience are the same', async () => {
  const [access, refresh] = [tokens.access, tokens.refresh].map((token) => contentOf(token)[1]);
  assert.deepEqual([refresh.iss, refresh.aud], [access.iss, access.aud]);
  await refused(gate, tokens.refresh, 'refresh_token');
});

it('tokens for another audience and tokens by the defaults are refused', async () => {
  const env = { JWT_SECRET, AUDIENCE: 'https://app.example.com/billing' };
  const line = await refused(gate, (await issue('simplejwt', { env })).access, 'wrong_audience');
  assert.deepEqual(line.aud, [env.AUDIENCE]);
  const { access } = await issue('simplejwt', { env: { JWT_SECRET }, args: ['defaults'] });
  const [, claims] = contentOf(access);
  assert.deepEqual([claims.iss, claims.aud], [undefined, undefined]);
  await refused(gate, access, 'missing_issuer');
});

it('after the secret has changed, old tokens are refused unless it is still listed', async () => {
  const { access } = await issue('simplejwt', { env: { JWT_SECRET: NEXT_SECRET } });
  await refused(gate, access, 'bad_signature');
  const [issuer] = gate.vars.ISSUERS;
  const ISSUERS = [{ ...issuer, secret: ['JWT_SECRET', 'OLD_JWT_SECRET'] }];
  const more = { ISSUERS, JWT_SECRET: NEXT_SECRET, OLD_JWT_SECRET: JWT_SECRET };
  const rotated = await startGateOf(PAGE, { block: 0, addresses: {}, more });
  try {
    await accepted(rotated, access);
    await accepted(rotated, tokens.access);
  } finally {
    await rotated.dispose();
  }
});
