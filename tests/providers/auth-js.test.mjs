// Auth.js by its own sign-in: signed sessions with the settings of the page, and its encrypted ones, which nobody else reads.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { PAGE, newSecret } from './support/library.mjs';
import { contentOf, startGateOf } from './support/page.mjs';
import { cookiesOf, startServer } from './support/server.mjs';

const JWT_SECRET = newSecret();
let issuer, gate;
before(async () => {
  issuer = await startServer('auth-js', { AUTH_JWT_SECRET: JWT_SECRET });
  gate = await startGateOf(PAGE, { block: 4, addresses: {}, more: { JWT_SECRET } });
});
after(async () => {
  await gate?.dispose();
  await issuer?.close();
});

/** Signs alice in at one of the two of a server; resolves to the session's cookie. */
async function login(path, { url } = issuer) {
  const csrf = await fetch(`${url}${path}/csrf`);
  const { csrfToken } = await csrf.json();
  const answer = await fetch(`${url}${path}/callback/credentials`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookiesOf(csrf) },
    body: new URLSearchParams({ csrfToken, username: 'alice' }),
  });
  return /authjs\.session-token=([^;]+)/.exec(cookiesOf(answer))[1];
}

/** What a gate makes of a session's cookie, sent by the page. */
async function decided(cookie, by = gate) {
  const headers = [
    ['Cookie', `__Secure-authjs.session-token=${cookie}`],
    ['Sec-Fetch-Site', 'same-origin'],
  ];
  const { status, headers: fields, json } = await by.send({ path: '/.gate/whoami', headers });
  const { reason } = await by.log.decision(fields['x-request-id']);
  return { status, reason, identity: json.identity };
}

it('a signed session is accepted from its cookie', async () => {
  const cookie = await login('/auth');
  assert.equal(contentOf(cookie)[0].alg, 'HS256');
  const { status, identity } = await decided(cookie);
  assert.equal(status, 200);
  assert.deepEqual([identity['x-user-id'], identity['x-user-role']], ['17', 'admin']);
});

it('an encrypted session, the default, is refused, and the log says why', async () => {
  const cookie = await login('/encrypted');
  assert.equal(cookie.split('.').length, 5);
  const { status, reason } = await decided(cookie);
  assert.deepEqual([status, reason], [401, 'encrypted_token']);
});

it('a session by another secret, and one for another audience, are refused', async () => {
  const stranger = await startServer('auth-js', { AUTH_JWT_SECRET: newSecret() });
  try {
    assert.equal((await decided(await login('/auth', stranger))).reason, 'bad_signature');
  } finally {
    await stranger.close();
  }
  const audience = 'https://app.example.com/billing';
  const other = await startGateOf(PAGE, { block: 4, addresses: {}, more: { JWT_SECRET }, issuer: { audience } });
  try {
    assert.equal((await decided(await login('/auth'), other)).reason, 'wrong_audience');
  } finally {
    await other.dispose();
  }
});
