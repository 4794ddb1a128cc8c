// better-auth with its jwt plugin, and the settings of its page.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { accepted, contentOf, refused, startGateOf } from './support/page.mjs';
import { cookiesOf, startServer } from './support/server.mjs';

const PAGE = 'docs/providers/better-auth.md';
let issuer, gate, session;
before(async () => {
  issuer = await startServer('better-auth');
  gate = await startGateOf(PAGE, { addresses: { 'https://auth.example.com': issuer.url } });
  const signUp = { email: 'alice@example.com', password: 'alice-and-bob', name: 'Alice' };
  const answer = await fetch(`${issuer.url}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: issuer.url },
    body: JSON.stringify(signUp),
  });
  session = { cookie: cookiesOf(answer), user: (await answer.json()).user };
});
after(async () => {
  await gate?.dispose();
  await issuer?.close();
});

async function newToken() {
  const answer = await fetch(`${issuer.url}/api/auth/token`, { headers: { cookie: session.cookie } });
  return (await answer.json()).token;
}

it('a token of the plugin is accepted, also after its key has rotated', async () => {
  for (let round = 0; round < 2; round++) {
    const identity = await accepted(gate, await newToken());
    assert.deepEqual([identity['x-user-id'], identity['x-user-role']], [session.user.id, 'admin']);
    await issuer.rotate();
    // Past the cool-down of a refresh.
    gate.clock.ahead += 31;
  }
});

it('its own session cookie is refused, though the key and the issuer are the same', async () => {
  const [, cookie] = /session_data=([^;]+)/.exec(session.cookie);
  const [header, claims] = contentOf(cookie);
  assert.deepEqual([header.typ, claims.iss], ['better-auth.session-cache+jwt', issuer.url]);
  await refused(gate, cookie, 'wrong_audience');
  // What tells sessions apart is no JWT.
  const [, opaque] = /session_token=([^;]+)/.exec(session.cookie);
  await refused(gate, decodeURIComponent(opaque).split('.')[0], 'token_structure');
});

it('a token for another audience is refused', async () => {
  const [settings] = gate.vars.ISSUERS;
  const more = { ISSUERS: [{ ...settings, audience: 'https://app.example.com/billing' }] };
  const other = await startGateOf(PAGE, { addresses: { 'https://auth.example.com': issuer.url }, more });
  try {
    await refused(other, await newToken(), 'wrong_audience');
  } finally {
    await other.dispose();
  }
});
