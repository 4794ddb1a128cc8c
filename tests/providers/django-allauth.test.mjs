// django-allauth twice: its headless API with the settings of the page on libraries of one's own, and as an OpenID provider
// with those of the page on more providers.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { serveDocuments } from './support/documents.mjs';
import { PAGE, issue, newSecret } from './support/library.mjs';
import { accepted, contentOf, refused, startGateOf } from './support/page.mjs';

describe('its headless tokens', () => {
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
});

describe('as a provider', () => {
  let server, tokens, gate;
  before(async () => {
    server = await serveDocuments(() => tokens.jwks);
    tokens = await issueAs(server);
    const addresses = { 'https://login.example.com': server.url };
    gate = await startGateOf('docs/more-providers.md', { block: 1, addresses });
  });
  after(async () => {
    await gate?.dispose();
    await server?.close();
  });
  const issueAs = ({ url }) => issue('django-allauth', { program: 'idp.py', env: { HOST: new URL(url).host } });

  it("an access token of the page's client is accepted, also after the key has rotated", async () => {
    assert.equal((await accepted(gate, tokens.access))['x-user-id'], '1');
    tokens = await issueAs(server);
    // Past the cool-down of a refresh.
    gate.clock.ahead += 31;
    await accepted(gate, tokens.access);
  });

  it('the ID token, tokens of other clients, of machines and for other APIs are refused', async () => {
    await refused(gate, tokens.id, 'wrong_audience');
    await refused(gate, tokens.billing, 'wrong_audience');
    await refused(gate, tokens.other, 'authorized_party_not_listed');
    await refused(gate, tokens.machine, 'authorized_party_not_listed');
  });
});
