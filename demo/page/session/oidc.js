// Signing in at the OpenID provider: the authorization code flow with PKCE, as any single-page app does it.

import { CHANNEL } from './channel.js';

/** What is kept while the page itself is away for signing in. */
const PENDING = 'sign-in';
const WINDOW = 'popup,width=460,height=560';
const CLOSED_CHECK_MS = 400;

/** The provider cannot be reached, as opposed to: it said no. */
export class ProviderDown extends Error {}

/**
 * Signs `user` in, in a window of its own, so that the page keeps what it shows. Resolves to tokens, or to nothing where
 * that window was closed. Call it from a click: browsers open windows for nothing else.
 */
export async function signIn(provider, user) {
  const popup = window.open('about:blank', 'sign-in', WINDOW);
  try {
    const { address, verifier, state } = await request(provider, user);
    if (!popup) {
      sessionStorage.setItem(PENDING, JSON.stringify({ verifier, state, user }));
      location.assign(address);
      return new Promise(() => {});
    }
    const answer = answerOf(popup, state);
    popup.location = address;
    const code = codeFrom(await answer, state);
    return code && (await exchange(provider, { grant_type: 'authorization_code', code, code_verifier: verifier }));
  } catch (error) {
    popup?.close();
    throw error;
  }
}

/** Ends a sign-in for which the page itself was away: `{user, tokens}`, or nothing where there was none. */
export async function returnFromSignIn(provider) {
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null');
  if (!pending || !location.search) return undefined;
  sessionStorage.removeItem(PENDING);
  const { search } = location;
  history.replaceState(null, '', '/');
  const code = codeFrom(search, pending.state);
  const grant = { grant_type: 'authorization_code', code, code_verifier: pending.verifier };
  return code && { user: pending.user, tokens: await exchange(provider, grant) };
}

/** New tokens for old; nothing where the provider gives none any more. */
export async function renew(provider, refreshToken) {
  return exchange(provider, { grant_type: 'refresh_token', refresh_token: refreshToken });
}

async function request(provider, user) {
  const { authorization_endpoint } = await discover(provider.issuer);
  const [verifier, state] = [random(), random()];
  const address = new URL(authorization_endpoint);
  address.search = new URLSearchParams({
    client_id: provider.clientId,
    response_type: 'code',
    redirect_uri: redirectUri(),
    scope: 'openid copilotkit',
    resource: provider.audience,
    code_challenge: base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))),
    code_challenge_method: 'S256',
    login_hint: user,
    // Somebody else may have signed in at the provider before.
    prompt: 'login',
    state,
  });
  return { address, verifier, state };
}

/** The query that the window comes back with; nothing if it is closed before that. */
function answerOf(popup, state) {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(CHANNEL);
    const end = (search) => {
      clearInterval(timer);
      channel.close();
      resolve(search);
    };
    const timer = setInterval(() => popup.closed && end(undefined), CLOSED_CHECK_MS);
    channel.onmessage = ({ data }) => new URLSearchParams(data).get('state') === state && end(data);
  });
}

function codeFrom(search, state) {
  if (search === undefined) return undefined;
  const answer = new URLSearchParams(search);
  if (answer.get('state') !== state) throw new Error('The provider answered another request than ours.');
  if (answer.has('error')) throw new Error(`The provider refused: ${answer.get('error_description')}`);
  return answer.get('code');
}

async function exchange(provider, grant) {
  const { token_endpoint } = await discover(provider.issuer);
  const { clientId: client_id, audience: resource } = provider;
  const body = new URLSearchParams({ client_id, redirect_uri: redirectUri(), resource, ...grant });
  const response = await reach(token_endpoint, { method: 'POST', body });
  // Told that there is nothing to renew, the user signs in again.
  if (response.status === 400 && grant.grant_type === 'refresh_token') return undefined;
  if (!response.ok) throw new Error(`The provider gave no token: ${response.status}`);
  const { access_token: token, refresh_token: refreshToken, expires_in: lives } = await response.json();
  return { token, refreshToken, expiresAt: Math.floor(Date.now() / 1000) + lives };
}

async function discover(issuer) {
  const response = await reach(`${issuer}/.well-known/openid-configuration`);
  if (!response.ok) throw new ProviderDown(`The provider answers ${response.status}.`);
  return response.json();
}

async function reach(address, init) {
  try {
    return await fetch(address, init);
  } catch {
    throw new ProviderDown('The identity provider does not answer.');
  }
}

const redirectUri = () => `${location.origin}/callback`;
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
