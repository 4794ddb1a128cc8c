// better-auth as an OAuth provider, by `@better-auth/oauth-provider`, and the settings of its page.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { codeFlow, tokensOf } from './support/code-flow.mjs';
import { accepted, contentOf, refused, startGateOf } from './support/page.mjs';
import { cookiesOf, startServer } from './support/server.mjs';

const AUDIENCE = 'https://app.example.com/copilotkit';
let issuer, gate, session;
before(async () => {
  issuer = await startServer('better-auth-oauth-provider');
  const addresses = { 'https://auth.example.com': issuer.url };
  gate = await startGateOf('docs/providers/better-auth-oauth-provider.md', { addresses });
  const answer = await fetch(`${issuer.url}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: issuer.url },
    body: JSON.stringify({ email: 'alice@example.com', password: 'alice-and-bob', name: 'Alice' }),
  });
  session = { cookie: cookiesOf(answer), user: (await answer.json()).user };
});
after(async () => {
  await gate?.dispose();
  await issuer?.close();
});

const endpoint = (name) => `${issuer.url}/api/auth/oauth2/${name}`;

/** The tokens that a client's page gets for `resource`. */
const login = ({ client = 'web', resource = AUDIENCE } = {}) =>
  codeFlow({
    authorize: endpoint('authorize'),
    token: endpoint('token'),
    cookie: session.cookie,
    client_id: client,
    scope: 'openid offline_access copilotkit',
    ...(resource && { resource }),
  });

it("an access token of the page's client is accepted, also after its key has rotated", async () => {
  const kids = new Set();
  for (let round = 0; round < 2; round++) {
    const { access_token } = await login();
    const [header, claims] = contentOf(access_token);
    assert.equal(header.typ, 'at+jwt');
    assert.deepEqual([claims.azp, claims.client_id], ['web', 'web']);
    assert.deepEqual(claims.aud, [AUDIENCE, endpoint('userinfo')]);
    kids.add(header.kid);
    const identity = await accepted(gate, access_token);
    assert.deepEqual([identity['x-user-id'], identity['x-user-role']], [session.user.id, 'admin']);
    await issuer.rotate();
    // Past the cool-down of a refresh.
    gate.clock.ahead += 31;
  }
  assert.equal(kids.size, 2);
});

it('tokens for another API, of another client and of a machine are refused', async () => {
  const billing = await login({ resource: 'https://app.example.com/billing' });
  await refused(gate, billing.access_token, 'wrong_audience');
  await refused(gate, (await login({ client: 'other' })).access_token, 'authorized_party_not_listed');
  const machine = { client_id: 'svc', client_secret: 'svc-secret', grant_type: 'client_credentials' };
  const { access_token } = await tokensOf(endpoint('token'), { ...machine, resource: AUDIENCE, scope: 'copilotkit' });
  assert.equal(contentOf(access_token)[1].sub, 'svc');
  await refused(gate, access_token, 'authorized_party_not_listed');
});

it('ID tokens, refresh tokens and access tokens for no API are refused', async () => {
  const { id_token, refresh_token } = await login();
  await refused(gate, id_token, 'wrong_audience');
  await refused(gate, refresh_token, 'token_structure');
  await refused(gate, (await login({ resource: null })).access_token, 'token_structure');
});

it('a token of its jwt plugin, which signs with the same key, is of another issuer', async () => {
  const answer = await fetch(`${issuer.url}/api/auth/token`, { headers: { cookie: session.cookie } });
  const { token } = await answer.json();
  assert.equal(contentOf(token)[0].kid, contentOf((await login()).id_token)[0].kid);
  await refused(gate, token, 'unknown_issuer');
});
