// The demo's identity provider: the real `oidc-provider`, with users whom it believes without a password.
//
// Sign in with the authorization code flow and PKCE, as any public client does. `login_hint=alice` signs alice in
// at once, so a script can do it (token.mjs); without a hint a page asks who you are.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Provider, errors } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import { AUDIENCE, CLIENT_ID, issuerAt } from './config.mjs';
import { listen } from './listen.mjs';
import { signIn } from './sign-in.mjs';
import { USERS } from './users.mjs';

const HOUR = 3600;

/** Starts the provider on `port` (0: any free one). `audience` is the one resource its tokens are for. */
export async function startIdp({ port = 0, audience = AUDIENCE, tokenSeconds = HOUR } = {}) {
  // The issuer's name holds the port, so the server listens before there is a provider.
  let handle;
  const listener = await listen(port, (request, response) => handle(request, response));
  const issuer = issuerAt(listener.port);
  const provider = new Provider(issuer, configuration({ audience, tokenSeconds }));
  const interaction = signIn(provider, Object.keys(USERS));
  const oidc = provider.callback();
  handle = (request, response) => {
    const asked = request.url.startsWith('/interaction/') ? interaction : oidc;
    Promise.resolve(asked(request, response)).catch((error) => {
      console.error('idp:', error);
      response.writeHead(500).end();
    });
  };
  return { issuer, audience, port: listener.port, provider, close: listener.close };
}

function configuration({ audience, tokenSeconds }) {
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        id_token_signed_response_alg: 'ES256',
        // A native client's loopback address is good with any port and for any page of the demo.
        redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
      },
    ],
    // Named instead of left out, which would warn that nothing survives a restart: here nothing should.
    adapter: createMemoryAdapter(0),
    jwks: { keys: [newKey()] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    pkce: { required: () => true },
    clientBasedCORS: () => true,
    findAccount: (_ctx, id) =>
      Object.hasOwn(USERS, id) ? { accountId: id, claims: () => ({ sub: id, ...USERS[id] }) } : undefined,
    // What the gate reads: the access token itself is a JWT that carries the user's claims.
    extraTokenClaims: (_ctx, token) => USERS[token.accountId],
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== audience) throw new errors.InvalidTarget();
          return {
            audience,
            scope: 'copilotkit',
            accessTokenTTL: tokenSeconds,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ttl: { AccessToken: tokenSeconds, Grant: HOUR, IdToken: HOUR, Interaction: HOUR, Session: HOUR },
  };
}

/** A signing key for this run only: nothing to keep, nothing to leak. */
function newKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: randomBytes(8).toString('hex') };
}
