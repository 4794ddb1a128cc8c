// oidc-provider, which the demo uses: JWTs by resource indicators, opaque tokens, ID tokens, machines, and keys that rotate.

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, it } from 'node:test';
import { Provider } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import { CLIENT_ID } from '../../demo/config.mjs';
import { listen } from '../../demo/listen.mjs';
import { login } from '../../demo/login.mjs';
import { signIn } from '../../demo/sign-in.mjs';
import { accepted, contentOf, refused, startGateOf } from './support/page.mjs';

const PAGE = 'docs/more-providers.md';
const AUDIENCE = 'https://app.example.com/copilotkit';
/** Resource → format of the access tokens for it. */
const RESOURCES = {
  [AUDIENCE]: 'jwt',
  'https://app.example.com/billing': 'jwt',
  'https://app.example.com/old': 'opaque',
};

let issuer, gate;
before(async () => {
  issuer = await startIssuer();
  gate = await startGateOf(PAGE, { addresses: { 'https://login.example.com': issuer.url } });
});
after(async () => {
  await gate?.dispose();
  await issuer?.close();
});

async function startIssuer() {
  let handle;
  const { port, close } = await listen(0, (request, response) => handle(request, response));
  const url = `http://localhost:${port}`;
  const adapter = createMemoryAdapter(0);
  let keys = [];
  const rotate = () => {
    keys = [newKey(), ...keys];
    const provider = new Provider(url, { ...configuration(), adapter, jwks: { keys } });
    const interaction = signIn(provider, ['alice']);
    const oidc = provider.callback();
    handle = (request, response) => (request.url.startsWith('/interaction/') ? interaction : oidc)(request, response);
  };
  rotate();
  return { url, close, rotate };
}

const cookies = { keys: [randomBytes(32).toString('base64url')] };

function configuration() {
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/callback'],
      },
      {
        client_id: 'svc',
        client_secret: 'svc-secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    cookies,
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    extraTokenClaims: () => ({ role: 'admin' }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => ({
          audience: resource,
          scope: 'copilotkit',
          accessTokenTTL: 300,
          accessTokenFormat: RESOURCES[resource],
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    ttl: { AccessToken: 300, ClientCredentials: 300, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
  };
}

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: randomBytes(8).toString('hex') };
}

const tokens = (audience = AUDIENCE) => login({ issuer: issuer.url, user: 'alice', audience });

it('a JWT for the gate is accepted, also after the key has rotated', async () => {
  for (let round = 0; round < 2; round++) {
    const { access_token } = await tokens();
    assert.equal(contentOf(access_token)[0].typ, 'at+jwt');
    const identity = await accepted(gate, access_token);
    assert.deepEqual([identity['x-user-id'], identity['x-user-role']], ['alice', 'admin']);
    issuer.rotate();
    // Past the cool-down of a refresh.
    gate.clock.ahead += 31;
  }
});

it('a JWT for another API, an opaque token and the ID token are refused', async () => {
  await refused(gate, (await tokens('https://app.example.com/billing')).access_token, 'wrong_audience');
  await refused(gate, (await tokens('https://app.example.com/old')).access_token, 'token_structure');
  const { id_token } = await tokens();
  const line = await refused(gate, id_token, 'wrong_audience');
  assert.deepEqual(line.aud, [CLIENT_ID]);
});

it("a machine's token is refused, though its audience is the gate", async () => {
  const answer = await fetch(`${issuer.url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('svc:svc-secret').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: AUDIENCE, scope: 'copilotkit' }),
  });
  const { access_token } = await answer.json();
  const [, claims] = contentOf(access_token);
  assert.deepEqual([claims.aud, claims.sub], [AUDIENCE, 'svc']);
  await refused(gate, access_token, 'machine_token');
});
