// Authlib's generators (RFC 9068, RFC 7523, OpenID Connect), with an EC key that it publishes without its leading zero byte.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { serveDocuments } from './support/documents.mjs';
import { issue } from './support/library.mjs';
import { accepted, contentOf, refused, startGateOf } from './support/page.mjs';

const PAGE = 'docs/more-providers.md';
let server, tokens, gate;
before(async () => {
  server = await serveDocuments(() => tokens.jwks);
  tokens = await issue('authlib', { env: { ISSUER: server.url } });
  gate = await startGateOf(PAGE, { addresses: { 'https://login.example.com': server.url } });
});
after(async () => {
  await gate?.dispose();
  await server?.close();
});

it('an access token is accepted, though its key is published one byte short', async () => {
  const [{ x, y }] = tokens.jwks.keys;
  assert.ok([x, y].some((value) => Buffer.from(value, 'base64url').length < 32));
  const identity = await accepted(gate, tokens.access);
  assert.deepEqual([identity['x-user-id'], identity['x-user-role']], ['alice', 'admin']);
});

it('tokens for another API, ID tokens, machines and client assertions are refused', async () => {
  await refused(gate, tokens.billing, 'wrong_audience');
  await refused(gate, tokens.id, 'wrong_audience');
  await refused(gate, tokens.machine, 'machine_token');
  await refused(gate, tokens.assertion, 'unknown_issuer');
});

it('after its key has rotated, a new token is accepted', async () => {
  const before = contentOf(tokens.access)[0].kid;
  tokens = await issue('authlib', { env: { ISSUER: server.url } });
  assert.notEqual(contentOf(tokens.access)[0].kid, before);
  // Past the cool-down of a refresh.
  gate.clock.ahead += 31;
  await accepted(gate, tokens.access);
});
