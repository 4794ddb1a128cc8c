// The provider's sign-in step: believes a hint, else shows a page with one button per user.

import { PEOPLE } from './users.mjs';

/** Handles `/interaction/<uid>` (which user?) and `/interaction/<uid>/<user>` (this one). `onGrant` gets user and grant. */
export function signIn(provider, users, onGrant = () => {}) {
  return async (request, response) => {
    const { uid, params, prompt, session } = await provider.interactionDetails(request, response);
    const chosen = request.method === 'POST' ? request.url.split('/')[3] : params.login_hint;
    const known = users.includes(chosen);
    if (prompt.name === 'login' && !known) return page(response, uid, users);
    // Consent is not asked for: the demo's client belongs to the provider's owner.
    const accountId = prompt.name === 'login' ? chosen : session.accountId;
    const grant = new provider.Grant({ accountId, clientId: params.client_id });
    grant.addOIDCScope('openid');
    grant.addResourceScope(params.resource, 'copilotkit');
    const grantId = await grant.save();
    onGrant(accountId, grantId);
    return provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } });
  };
}

function page(response, uid, users) {
  const buttons = users.map((user) => {
    const { name = user, about = '' } = PEOPLE[user] ?? {};
    return `<button formaction="/interaction/${uid}/${user}"><b>${name}</b><span>${about}</span></button>`;
  });
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Demo sign-in</title><style>${STYLE}</style>
<main><h1>Who are you?</h1><p>The demo's OpenID provider believes you without a password.</p>
<form method="post">${buttons.join('')}</form></main></html>`);
}

const STYLE = `:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5
system-ui,sans-serif;background:light-dark(#f5f5f8,#101014);color:light-dark(#17171c,#f2f2f5)}main{width:min(22rem,90vw)}
h1{margin:0;font-size:1.375rem}p{margin:.25rem 0 1.25rem;color:light-dark(#5b5b68,#a5a5b2)}form{display:grid;gap:.5rem}
button{display:grid;padding:.75rem 1rem;font:inherit;text-align:left;color:inherit;cursor:pointer;border-radius:.75rem;
border:1px solid light-dark(#dcdce4,#34343f);background:light-dark(#fff,#1a1a20)}button:hover{border-color:#7c6cf0}
button span{font-size:.875rem;color:light-dark(#5b5b68,#a5a5b2)}`;
