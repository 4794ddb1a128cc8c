// moto's user pools, which play Amazon Cognito, and the settings of the page on Cognito.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { serveDocuments } from './support/documents.mjs';
import { issue } from './support/library.mjs';
import { accepted, refused, startGateOf } from './support/page.mjs';

const PAGE = 'docs/providers/cognito.md';
let server, tokens, gate;
before(async () => {
  tokens = await issue('cognito');
  server = await serveDocuments(() => tokens.jwks);
  const addresses = { 'eu-west-1_Example12': tokens.pool, '57cbishk4j24pabc1234567890': tokens.client };
  // The issuer is an address of the real service: only where its keys are is another.
  gate = await startGateOf(PAGE, { addresses, issuer: { jwks_uri: `${server.url}/jwks.json` } });
});
after(async () => {
  await gate?.dispose();
  await server?.close();
});

it("an access token of the page's client is accepted", async () => {
  assert.equal((await accepted(gate, tokens.access))['x-user-role'], 'admin');
});

it('the ID token, tokens of another client and the opaque refresh token are refused', async () => {
  await refused(gate, tokens.id, 'authorized_party_missing');
  const line = await refused(gate, tokens.other, 'authorized_party_not_listed');
  assert.equal(line.claim, 'client_id');
  await refused(gate, tokens.refresh, 'token_structure');
});
