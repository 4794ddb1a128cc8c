// The code flow with PKCE (RFC 7636), as the page of a user who is already signed in does it.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';

/** Where the clients of the issuers expect their codes. Nothing is sent there. */
const REDIRECT_URI = 'https://app.example.com/callback';

/**
 * Obtains tokens at the endpoints `authorize` and `token` by the cookies of a session; `asked` has `client_id` and the further
 * members of the request. Resolves to the token endpoint's answer.
 */
export async function codeFlow({ authorize, token, cookie, ...asked }) {
  const verifier = randomBytes(32).toString('base64url');
  const question = new URLSearchParams({
    ...asked,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const code = await codeIn(await fetch(`${authorize}?${question}`, { redirect: 'manual', headers: { cookie } }));
  return tokensOf(token, {
    grant_type: 'authorization_code',
    code,
    client_id: asked.client_id,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
  });
}

/** Sends these members to a token endpoint; resolves to its answer. */
export async function tokensOf(endpoint, members) {
  const answer = await fetch(endpoint, { method: 'POST', body: new URLSearchParams(members) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

/** The code in the redirect of an answer. better-auth writes it into a body for requests that no navigation made. */
async function codeIn(answer) {
  const location = answer.headers.get('location') ?? (await answer.json()).url;
  const { searchParams } = new URL(location);
  assert.ok(searchParams.has('code'), location);
  return searchParams.get('code');
}
