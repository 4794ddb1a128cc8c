// YOUR OPENID PROVIDER STANDS HERE. This one is real, but believes its users without a password: for this machine only.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const PORT = 4001;
const PAGE = 'http://localhost:5173';
const AUDIENCE = 'https://gate.example.com/api/copilotkit';
const HOUR = 3600;
const USERS = { alice: { role: 'admin' }, bob: { role: 'member' } };

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const provider = new Provider(`http://localhost:${PORT}`, {
  clients: [
    {
      client_id: 'vite-app',
      // `native` because a page over http is allowed on loopback only then.
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
      redirect_uris: [`${PAGE}/`],
    },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'of-this-run' }] },
  cookies: { keys: [randomBytes(32).toString('base64url')] },
  pkce: { required: () => true },
  clientBasedCORS: (_context, origin) => origin === PAGE,
  // The page renews its token without a redirect.
  issueRefreshToken: () => true,
  findAccount: (_context, id) => USERS[id] && { accountId: id, claims: () => ({ sub: id }) },
  extraTokenClaims: (_context, token) => USERS[token.accountId],
  features: {
    devInteractions: { enabled: false },
    // What makes its access tokens JWTs for the gate.
    resourceIndicators: {
      enabled: true,
      defaultResource: () => AUDIENCE,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        audience: AUDIENCE,
        scope: 'chat',
        accessTokenTTL: HOUR,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  interactions: { url: (_context, { uid }) => `/sign-in/${uid}` },
  ttl: { AccessToken: HOUR, Grant: HOUR, IdToken: HOUR, Interaction: HOUR, RefreshToken: HOUR, Session: HOUR },
});

/** `/sign-in/<uid>` asks who it is; `/sign-in/<uid>/<user>` takes the answer. */
async function signIn(request, response) {
  const { uid, params } = await provider.interactionDetails(request, response);
  const accountId = request.url.split('/')[3];
  if (request.method !== 'POST' || !Object.hasOwn(USERS, accountId)) {
    const buttons = Object.keys(USERS).map((id) => `<button formaction="/sign-in/${uid}/${id}">${id}</button>`);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    return response.end(
      `<!doctype html><title>Sign in</title><h1>Who are you?</h1><form method="post">${buttons.join(' ')}`,
    );
  }
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope('openid');
  grant.addResourceScope(AUDIENCE, 'chat');
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  return provider.interactionFinished(request, response, result);
}

const answer = provider.callback();
const server = createServer((request, response) => {
  if (!request.url.startsWith('/sign-in/')) return answer(request, response);
  signIn(request, response).catch((error) => response.writeHead(400).end(error.message));
});
server.listen(PORT, '127.0.0.1');
