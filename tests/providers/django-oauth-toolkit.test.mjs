// django-oauth-toolkit, whose access tokens are opaque until a generator of one's own makes JWTs, and the settings of its page.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { codeFlow, tokensOf } from './support/code-flow.mjs';
import { accepted, contentOf, refused, startGateOf } from './support/page.mjs';
import { cookiesOf, startServer } from './support/server.mjs';

let issuer, gate, cookie;
before(async () => {
  issuer = await startServer('django-oauth-toolkit');
  const addresses = { 'https://auth.example.com': issuer.url };
  gate = await startGateOf('docs/providers/django-oauth-toolkit.md', { addresses });
  cookie = cookiesOf(await fetch(`${issuer.url}/sign-in`));
});
after(async () => {
  await gate?.dispose();
  await issuer?.close();
});

const endpoint = (name) => `${issuer.url}/o/${name}/`;

/** The tokens that a client's page gets. */
const login = ({ client = 'web', scope = 'openid copilotkit' } = {}) =>
  codeFlow({ authorize: endpoint('authorize'), token: endpoint('token'), cookie, client_id: client, scope });

it("an access token of the page's client is accepted, and so are both after the key has rotated", async () => {
  const { access_token: old } = await login();
  const identity = await accepted(gate, old);
  assert.deepEqual([identity['x-user-id'], identity['x-user-role']], ['1', 'admin']);
  await issuer.rotate();
  // Past the cool-down of a refresh.
  gate.clock.ahead += 31;
  const { access_token } = await login();
  assert.notEqual(contentOf(access_token)[0].kid, contentOf(old)[0].kid);
  await accepted(gate, access_token);
  await accepted(gate, old);
});

it('tokens of another client and of a machine are refused', async () => {
  await refused(gate, (await login({ client: 'other' })).access_token, 'authorized_party_not_listed');
  const machine = { client_id: 'svc', client_secret: 'svc-secret', grant_type: 'client_credentials' };
  const { access_token } = await tokensOf(endpoint('token'), { ...machine, scope: 'copilotkit' });
  assert.equal(contentOf(access_token)[1].sub, 'svc');
  await refused(gate, access_token, 'authorized_party_not_listed');
});

it('ID tokens, refresh tokens and access tokens for no API are refused', async () => {
  const { id_token, refresh_token } = await login();
  assert.deepEqual([contentOf(id_token)[0].typ, contentOf(id_token)[1].aud], ['JWT', 'web']);
  await refused(gate, id_token, 'wrong_audience');
  await refused(gate, refresh_token, 'token_structure');
  await refused(gate, (await login({ scope: 'openid' })).access_token, 'token_structure');
});
