// Who is signed in on this page, and their tokens. Kept for this tab alone, so that a reload changes nothing.

import { ProviderDown, renew } from './oidc.js';

const STORED = 'session';
/** A token that has less than this to live is renewed before it is used. */
const MARGIN_S = 20;

const read = () => JSON.parse(sessionStorage.getItem(STORED) ?? 'null') ?? undefined;

/** `{user, token, refreshToken, expiresAt}` of who is signed in. */
export const held = read;

export function keep(user, tokens) {
  sessionStorage.setItem(STORED, JSON.stringify({ user, ...tokens }));
}

export function forget() {
  sessionStorage.removeItem(STORED);
}

/** The session of `user` as `examples/client/Copilot.jsx` wants it: the same object for as long as the page is open. */
export function sessionOf(provider, userId) {
  let renewing;
  const getToken = async ({ renew: isRefused }) => {
    const session = read();
    if (session?.user !== userId) return undefined;
    const left = session.expiresAt - Date.now() / 1000;
    if (!isRefused && left > MARGIN_S) return session.token;
    // A refresh token is good for one use: whoever else asks meanwhile waits for the same answer.
    renewing ??= renewed(provider, session, left).finally(() => {
      renewing = undefined;
    });
    return renewing;
  };
  return { userId, getToken };
}

async function renewed(provider, session, left) {
  try {
    const tokens = await renew(provider, session.refreshToken);
    if (!tokens) return undefined;
    keep(session.user, tokens);
    return tokens.token;
  } catch (error) {
    if (error instanceof ProviderDown && left > 0) return session.token;
    throw error;
  }
}

/** The claim of a token that this page holds; only to name the token, never to trust it. */
export function claimOf(token, name) {
  const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
  return JSON.parse(atob(payload))[name];
}
