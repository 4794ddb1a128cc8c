// OpenAuth, and the settings of its page.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, it } from 'node:test';
import { accepted, contentOf, refused, startGateOf } from './support/page.mjs';
import { cookiesOf, startServer } from './support/server.mjs';

const PAGE = 'docs/providers/openauth.md';
let issuer, gate;
before(async () => {
  issuer = await startServer('openauth');
  gate = await startGateOf(PAGE, { addresses: { 'https://auth.example.com': issuer.url } });
});
after(async () => {
  await gate?.dispose();
  await issuer?.close();
});

async function tokenOf(members) {
  const answer = await fetch(`${issuer.url}/token`, { method: 'POST', body: new URLSearchParams(members) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

/** The code flow with PKCE of a page. */
async function login(client, more = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const redirect_uri = 'http://localhost:3000/callback';
  const asked = new URLSearchParams({
    client_id: client,
    redirect_uri,
    response_type: 'code',
    provider: 'alice',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  });
  const first = await fetch(`${issuer.url}/authorize?${asked}`, { redirect: 'manual' });
  const second = await fetch(new URL(first.headers.get('location'), issuer.url), {
    redirect: 'manual',
    headers: { cookie: cookiesOf(first) },
  });
  const code = new URL(second.headers.get('location')).searchParams.get('code');
  const grant = { grant_type: 'authorization_code', code, client_id: client, redirect_uri };
  return tokenOf({ ...grant, code_verifier: verifier });
}

it("a token of the page's client is accepted, also after the key has rotated", async () => {
  for (let round = 0; round < 2; round++) {
    const identity = await accepted(gate, (await login('web')).access_token);
    assert.deepEqual([identity['x-user-id'], identity['x-user-role']], ['alice', 'admin']);
    await issuer.rotate();
    // Past the cool-down of a refresh.
    gate.clock.ahead += 31;
  }
});

it('tokens of another client and of a machine are refused', async () => {
  const line = await refused(gate, (await login('other')).access_token, 'wrong_audience');
  assert.deepEqual(line.aud, ['other']);
  const grant = { grant_type: 'client_credentials', provider: 'machine', client_id: 'svc', client_secret: 'any' };
  const { access_token } = await tokenOf(grant);
  assert.equal(contentOf(access_token)[1].sub, 'svc');
  await refused(gate, access_token, 'wrong_audience');
});

it('the refresh token is opaque and refused', async () => {
  await refused(gate, (await login('web')).refresh_token.replace(':', ''), 'token_structure');
});

it('aud is the client, whatever audience the page asks for', async () => {
  const { access_token } = await login('web', { audience: 'https://app.example.com/copilotkit' });
  assert.equal(contentOf(access_token)[1].aud, 'web');
});
