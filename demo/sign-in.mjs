// The provider's sign-in step: believes a hint, else shows a page with one button per user.

/** Handles `/interaction/<uid>` (which user?) and `/interaction/<uid>/<user>` (this one). */
export function signIn(provider, users) {
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
    const result = { login: { accountId }, consent: { grantId: await grant.save() } };
    return provider.interactionFinished(request, response, result);
  };
}

function page(response, uid, users) {
  const buttons = users.map((user) => `<button formaction="/interaction/${uid}/${user}">${user}</button>`).join(' ');
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`<!doctype html><title>Demo sign-in</title><h1>Who are you?</h1><form method="post">${buttons}</form>`);
}
