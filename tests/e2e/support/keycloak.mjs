// The real `oidc-provider`, set up to look like a realm of Keycloak: its addresses, the form of its access tokens, and the
// two mappers of the page on Keycloak.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import { CLIENT_ID } from '../../../demo/config.mjs';
import { listen } from '../../../demo/listen.mjs';
import { signIn } from '../../../demo/sign-in.mjs';

const REALM = '/realms/main';
const PROTOCOL = '/protocol/openid-connect';

/** What a client may ask for, and the audience that its mappers write. */
export const SCOPES = { mapped: 'urn:scope:copilotkit', unmapped: 'urn:scope:account' };
const AUDIENCES = { [SCOPES.mapped]: ['copilotkit', 'account'], [SCOPES.unmapped]: 'account' };

const USERS = { alice: { realm: ['admin', 'offline_access'], client: ['agents:run'] } };

/** Starts the realm; `issuer` is its address. */
export async function startKeycloak() {
  let handle;
  const { port, close } = await listen(0, (request, response) => handle(request, response));
  const issuer = `http://localhost:${port}${REALM}`;
  const provider = new Provider(issuer, configuration());
  const interaction = signIn(provider, Object.keys(USERS));
  const oidc = provider.callback();
  handle = (request, response) => {
    if (request.url.startsWith('/interaction/')) return interaction(request, response);
    // As a framework does it for what is mounted below a path.
    request.originalUrl = request.url;
    request.url = request.url.slice(REALM.length);
    return oidc(request, response);
  };
  return { issuer, close };
}

function configuration() {
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/callback'],
      },
    ],
    adapter: createMemoryAdapter(0),
    jwks: { keys: [newKey()] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    findAccount: (_ctx, id) => (Object.hasOwn(USERS, id) ? { accountId: id, claims: () => ({ sub: id }) } : undefined),
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => ({
          audience: resource,
          scope: 'copilotkit',
          accessTokenTTL: 300,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    formats: { customizers: { jwt: (_ctx, token, parts) => void Object.assign(parts, shaped(token, parts.payload)) } },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    routes: { authorization: `${PROTOCOL}/auth`, token: `${PROTOCOL}/token`, jwks: `${PROTOCOL}/certs` },
    ttl: { AccessToken: 300, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
  };
}

/** An access token as Keycloak writes it. */
function shaped({ accountId }, { client_id: azp, aud, ...rest }) {
  const { realm, client } = USERS[accountId];
  const payload = {
    ...rest,
    aud: AUDIENCES[aud],
    typ: 'Bearer',
    azp,
    acr: '1',
    'allowed-origins': ['http://localhost'],
    realm_access: { roles: realm },
    resource_access: { account: { roles: ['view-profile'] }, copilotkit: { roles: client } },
    permissions: client,
    preferred_username: accountId,
  };
  return { header: { typ: 'JWT' }, payload };
}

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: randomBytes(8).toString('hex') };
}
