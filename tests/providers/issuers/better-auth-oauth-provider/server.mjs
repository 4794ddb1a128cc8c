// better-auth with its oauth-provider, set up as the page says.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { oauthProvider } from '@better-auth/oauth-provider';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';

const TABLES = [
  'user',
  'session',
  'account',
  'verification',
  'jwks',
  'oauthClient',
  'oauthResource',
  'oauthClientResource',
  'oauthRefreshToken',
  'oauthAccessToken',
  'oauthConsent',
  'oauthClientAssertion',
];
const RESOURCES = ['https://app.example.com/copilotkit', 'https://app.example.com/billing'];
const database = Object.fromEntries(TABLES.map((name) => [name, []]));
const server = createServer((request, response) => take(request, response)).listen(0, '127.0.0.1');
await once(server, 'listening');
const baseURL = `http://127.0.0.1:${server.address().port}`;
/** Ids of the clients, in the order in which they are registered. */
const ids = ['web', 'other', 'svc'];
const machine = {
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['client_credentials'],
  client_credentials_scopes: ['copilotkit'],
};
const auth = betterAuth({
  baseURL,
  secret: randomBytes(32).toString('base64url'),
  database: memoryAdapter(database),
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  plugins: [
    jwt(),
    oauthProvider({
      loginPage: '/sign-in',
      consentPage: '/consent',
      generateClientId: () => ids.shift(),
      generateClientSecret: () => 'svc-secret',
      clientPrivileges: ({ user }) => user?.email === 'root@example.com',
      scopes: ['openid', 'offline_access', 'copilotkit'],
      resources: RESOURCES,
      customAccessTokenClaims: ({ user }) => ({ role: user?.email.startsWith('alice@') ? 'admin' : undefined }),
    }),
  ],
});
const handler = toNodeHandler(auth);
await registerClients();

async function registerClients() {
  const answer = await auth.api.signUpEmail({
    body: { email: 'root@example.com', password: 'root-and-more', name: 'Root' },
    asResponse: true,
  });
  const headers = new Headers({
    cookie: answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; '),
  });
  const page = {
    redirect_uris: ['https://app.example.com/callback'],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    skip_consent: true,
  };
  for (const body of [page, page, machine]) {
    const { client_id } = await auth.api.adminCreateOAuthClient({ headers, body });
    for (const identifier of RESOURCES) {
      await auth.api.adminLinkClientResource({ headers, params: { identifier, client_id } });
    }
  }
}

function take(request, response) {
  if (request.url !== '/rotate') return handler(request, response);
  // As the jwt plugin does it after `rotationInterval`.
  for (const key of database.jwks) key.expiresAt ??= new Date(Date.now() - 1000);
  response.writeHead(204).end();
}
console.log(`listening on ${baseURL}`);
