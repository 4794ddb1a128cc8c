// Obtaining a token as an app would: the authorization code flow with PKCE, against a real provider. Uses nothing
// but Node itself and follows the redirects that a browser would follow.

import { createHash, randomBytes } from 'node:crypto';
import { AUDIENCE, CLIENT_ID } from './config.mjs';

const REDIRECT_URI = 'http://127.0.0.1/callback';
/** The flow takes four; more are a loop. */
const MOST_REDIRECTS = 10;

/** Signs `user` in at `issuer`; resolves to the token endpoint's answer. */
export async function login({ issuer, user, audience = AUDIENCE }) {
  const { authorization_endpoint, token_endpoint } = await json(
    await fetch(`${issuer}/.well-known/openid-configuration`),
  );
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const question = new URL(authorization_endpoint);
  question.search = new URLSearchParams({
    client_id: CLIENT_ID,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid copilotkit',
    resource: audience,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    login_hint: user,
    state,
  });
  const answer = await follow(question);
  if (answer.get('state') !== state) throw new Error('the provider answered another request than ours');
  if (!answer.has('code')) throw new Error(`no code: ${answer.get('error')}: ${answer.get('error_description')}`);
  return json(
    await fetch(token_endpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: CLIENT_ID,
        redirect_uri: REDIRECT_URI,
        code: answer.get('code'),
        code_verifier: verifier,
        resource: audience,
      }),
    }),
  );
}

/** Follows redirects, with cookies, up to the client's own address; resolves to that one's query. */
async function follow(url) {
  const cookies = new Map();
  for (let count = 0; count < MOST_REDIRECTS; count += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      // An empty value is how the provider removes one.
      if (value) cookies.set(name, value);
      else cookies.delete(name);
    }
    const location = response.headers.get('location');
    if (!location) throw new Error(`the provider answered ${response.status} instead of signing the user in`);
    await response.body?.cancel();
    url = new URL(location, url);
    if (url.href.startsWith(REDIRECT_URI)) return url.searchParams;
  }
  throw new Error('the provider redirects without end');
}

async function json(response) {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
