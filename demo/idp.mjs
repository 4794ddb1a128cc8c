// The demo's identity provider: the real `oidc-provider`, with users whom it believes without a password.
//
// Sign in with the authorization code flow and PKCE, as any public client does. `login_hint=alice` signs alice in
// at once, so a script can do it (token.mjs), and a page that has asked already; without a hint a page asks who you are.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { SignJWT, UnsecuredJWT, importJWK } from 'jose';
import { Provider, errors } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import { AUDIENCE, CLIENT_ID, issuerAt } from './config.mjs';
import { listen } from './listen.mjs';
import { signIn } from './sign-in.mjs';
import { USERS } from './users.mjs';

const HOUR = 3600;

/** Kinds of tokens that a provider should never have to explain, by what is wrong with each. */
const FLAWS = {
  none: {},
  expired: { lives: -300 },
  audience: { aud: 'urn:another-app' },
};

/**
 * Starts the provider on `port` (0: any free one). `audience` is the one resource its tokens are for. `rotate` signs with
 * a new key from now on, `endSessions` lets nobody renew a token of that user any more, and `mint` makes tokens that the
 * provider would not give.
 */
export async function startIdp({ port = 0, audience = AUDIENCE, tokenSeconds = HOUR } = {}) {
  // The issuer's name holds the port, so the server listens before there is a provider.
  let handle;
  const listener = await listen(port, (request, response) => handle(request, response));
  const issuer = issuerAt(listener.port);
  // Named instead of left out, which would warn that nothing survives a restart: here nothing should. A change of keys does
  // not end what is in it.
  const adapter = createMemoryAdapter(0);
  const cookies = { keys: [randomBytes(32).toString('base64url')] };
  let keys = [newKey()];
  /** What users have granted: the provider's own store cannot be searched by user. */
  const grants = new Map();
  let provider;
  const serve = () => {
    provider = new Provider(issuer, { ...configuration({ audience, tokenSeconds }), adapter, cookies, jwks: { keys } });
    const interaction = signIn(provider, Object.keys(USERS), (user, grant) => {
      grants.set(user, [...(grants.get(user) ?? []), grant]);
    });
    const oidc = provider.callback();
    handle = (request, response) => {
      const asked = request.url.startsWith('/interaction/') ? interaction : oidc;
      Promise.resolve(asked(request, response)).catch((error) => {
        console.error('idp:', error);
        response.writeHead(500).end();
      });
    };
  };
  serve();
  const { close, reopen } = listener;
  return {
    issuer,
    audience,
    port: listener.port,
    close,
    reopen,
    rotate() {
      // The last key stays published: tokens that it has signed are good until they expire.
      keys = [newKey(), keys[0]];
      serve();
      return keys[0].kid;
    },
    async endSessions(user) {
      const ended = grants.get(user) ?? [];
      grants.delete(user);
      for (const id of ended) await (await provider.Grant.find(id))?.destroy();
    },
    mint: (user, flaw = 'none') => mint({ issuer, audience, key: keys[0], user, flaw }),
  };
}

async function mint({ issuer, audience, key, user, flaw }) {
  const now = Math.floor(Date.now() / 1000);
  const { lives = HOUR, aud = audience } = FLAWS[flaw] ?? {};
  const claims = { iss: issuer, aud, sub: user, client_id: CLIENT_ID, scope: 'copilotkit', ...USERS[user] };
  const times = {
    iat: Math.min(now, now + lives - HOUR),
    exp: now + lives,
    jti: randomBytes(12).toString('base64url'),
  };
  const header = { alg: 'ES256', typ: 'at+jwt', kid: key.kid };
  if (flaw === 'unsigned') return new UnsecuredJWT({ ...claims, ...times }).encode();
  // A forger knows which key to name, and does not have it.
  const signingKey = flaw === 'forged' ? newKey() : key;
  return new SignJWT({ ...claims, ...times }).setProtectedHeader(header).sign(await importJWK(signingKey, 'ES256'));
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
    pkce: { required: () => true },
    clientBasedCORS: () => true,
    findAccount: (_ctx, id) =>
      Object.hasOwn(USERS, id) ? { accountId: id, claims: () => ({ sub: id, ...USERS[id] }) } : undefined,
    // Without asking for offline_access, which would ask for consent.
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
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
    ttl: {
      AccessToken: tokenSeconds,
      Grant: HOUR,
      IdToken: HOUR,
      Interaction: HOUR,
      RefreshToken: HOUR,
      Session: HOUR,
    },
  };
}

/** A signing key for this run only: nothing to keep, nothing to leak. */
function newKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: randomBytes(8).toString('hex') };
}
