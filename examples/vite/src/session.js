// The page's OpenID Connect client: authorization code flow with PKCE, and tokens for the gate.

import { UserManager } from 'oidc-client-ts';

const users = new UserManager({
  authority: 'http://localhost:4001',
  client_id: 'vite-app',
  redirect_uri: `${location.origin}/`,
  scope: 'openid chat',
  // The audience that the gate demands of its tokens. Auth0 calls it `audience`, in extraQueryParams.
  resource: 'https://gate.example.com/api/copilotkit',
  // The chat asks for a token when it needs one.
  automaticSilentRenew: false,
});

export const signIn = () => users.signinRedirect({ prompt: 'login' });
export const signOut = () => users.removeUser();

/** The session in which the page was opened: `{ userId, getToken }`, or nothing. Fails where signing in has failed. */
export async function openSession() {
  if (new URLSearchParams(location.search).has('state')) {
    const { href } = location;
    history.replaceState(null, '', location.pathname);
    await users.signinCallback(href);
  }
  const user = await users.getUser();
  return user ? { userId: user.profile.sub, getToken } : undefined;
}

/** What `useGateToken` asks for: the token, or with `renew` another one than the last. */
async function getToken({ renew }) {
  const user = await users.getUser();
  if (!user) return undefined;
  if (!renew && !user.expired) return user.access_token;
  return (await users.signinSilent())?.access_token;
}
