// Who a request may say that it is from: what other proxies call the user never goes on, and nobody takes the name of
// another issuer's user, or of nobody.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { envelope } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

/** Settings of each gate. */
const GATES = {
  usual: {},
  // Its users are in a header of another name: what the usual ones say is still not for a client to say.
  mapped: { IDENTITY: { 'x-app-user': 'sub' } },
  keeping: { KEEP_HEADERS: ['x-user-timezone', 'X_Forwarded_Prefix', 'x-hasura-locale'] },
  mailed: { IDENTITY: { 'X_User.Id': 'email', 'x-idp': 'iss' } },
  single: { ORIGIN_MODE: 'single-route' },
};

let idp, partner, origin, gates;
before(async () => {
  idp = await startProvider(makeKey());
  partner = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), ISSUERS: [idp.trusted(), partner.trusted()] };
  const started = await startGates(Object.values(GATES).map((more) => ({ vars: { ...vars, ...more } })));
  gates = Object.fromEntries(Object.keys(GATES).map((name, index) => [name, started[index]]));
});
after(() => gates?.usual.dispose());

/** What the origin hears of a request for /info, with these headers and claims. */
async function heard(gate, { headers = [], provider = idp, claims = {}, request = { path: '/info' } } = {}) {
  const all = [...(request.headers ?? []), ...headers];
  const { answer, received } = await relay(gate, origin, { ...request, headers: all, token: provider.token(claims) });
  assert.equal(answer.status, 200, answer.text);
  return received[0];
}

const LIE = 'mallory';

describe('what another proxy would call the user', () => {
  const names = [
    ['Authelia', 'Remote-User', 'REMOTE_USER', 'Remote-Groups', 'Remote-Email'],
    ['Kubernetes', 'X-Remote-User', 'X-Remote-Group', 'X-Remote-Extra-Scopes', 'Impersonate-User'],
    ['oauth2-proxy', 'X-Auth-Request-User', 'X-Auth-Request-Email', 'X-Auth-Request-Access-Token'],
    ['oauth2-proxy upstream', 'X-Forwarded-User', 'X-Forwarded-Email', 'X-Forwarded-Groups'],
    ['oauth2-proxy names', 'X-Forwarded-Preferred-Username', 'X-Forwarded-Access-Token'],
    ['Traefik', 'X-Forwarded-Tls-Client-Cert', 'X-Forwarded-Client-Cert'],
    ['a proxy of their own', 'X-User', 'X-User-Email', 'x.user.id', 'x_user.role', 'X-Username', 'X-User-Issuer'],
    ['Kong', 'X-Consumer-ID', 'X-Consumer-Username', 'X-Authenticated-Userid', 'X-Credential-Identifier'],
    ['Kong and APISIX', 'X-Anonymous-Consumer', 'X-Userinfo'],
    ['Grafana and Gitea', 'X-WEBAUTH-USER', 'X-Webauth-Role'],
    ['authentik and Vouch', 'X-authentik-username', 'X-Vouch-User'],
    ['Hasura', 'X-Hasura-Role', 'X-Hasura-User-Id'],
    ['Google', 'X-Goog-Authenticated-User-Email', 'X-Goog-IAP-JWT-Assertion', 'X-Apigateway-Api-Userinfo'],
    ['Azure', 'X-MS-CLIENT-PRINCIPAL', 'X-MS-CLIENT-PRINCIPAL-NAME', 'X-MS-TOKEN-AAD-ID-TOKEN'],
    ['AWS', 'X-Amzn-Oidc-Identity', 'X-Amzn-Oidc-Data', 'x_amzn_oidc_accesstoken'],
    ['Pomerium', 'X-Pomerium-Claim-Email', 'X-Pomerium-Jwt-Assertion'],
    ['Vercel and Tailscale', 'x-vercel-oidc-token', 'Tailscale-User-Login'],
    ['Cloudflare Access', 'Cf-Access-Authenticated-User-Email'],
    ['Shibboleth and SiteMinder', 'Shib-EPPN', 'SM_USER'],
    ['a proxy that ends TLS', 'Client-Cert', 'X-SSL-Client-S-DN'],
  ];
  for (const [product, ...fields] of names) {
    it(`${product}: ${fields.join(', ')}`, async () => {
      const headers = fields.map((name) => [name, LIE]);
      const requests = [{ path: '/info' }, envelope({ method: 'info' })];
      for (const name of ['usual', 'mapped', 'single']) {
        for (const request of requests) {
          const { pairs } = await heard(gates[name], { headers, request });
          assert.ok(!JSON.stringify(pairs).includes(LIE), `[${name}] ${JSON.stringify(pairs)}`);
        }
      }
    });
  }

  it('only looks like these: it goes on', async () => {
    const names = ['x-users', 'x-remotely', 'remote', 'x-auth-token', 'x-tenant-id', 'x-ms-version', 'x-forward'];
    const { headers } = await heard(gates.usual, { headers: names.map((name) => [name, 'mine']) });
    for (const name of names) assert.equal(headers[name], 'mine', name);
  });
});

describe('KEEP_HEADERS', () => {
  const rows = [
    ['x-user-timezone', true],
    ['X-User_Timezone', true],
    ['x-forwarded-prefix', true],
    ['x-hasura-locale', true],
    ['x-user-timezones', false],
    ['x-hasura-role', false],
    ['x-user-id', false],
    ['x-user-issuer', false],
    ['x-forwarded-for', false],
  ];
  for (const [name, goesOn] of rows) {
    it(`${name} ${goesOn ? 'goes on' : 'does not'}`, async () => {
      const { pairs } = await heard(gates.keeping, { headers: [[name, 'mine']] });
      assert.deepEqual(
        pairs.filter(([, value]) => value === 'mine'),
        goesOn ? [[name, 'mine']] : [],
      );
    });
  }
});

describe('users of two issuers', () => {
  it('are two people, though they have one name: x-user-issuer tells', async () => {
    for (const provider of [idp, partner]) {
      const { headers } = await heard(gates.usual, { provider, headers: [['x-user-issuer', LIE]] });
      assert.deepEqual([headers['x-user-id'], headers['x-user-issuer']], ['user-1', provider.issuer]);
    }
  });

  it('are not told apart by a table without iss, and the log says so once', async () => {
    for (let i = 0; i < 3; i++) await heard(gates.mapped);
    const notices = gates.mapped.log.lines.filter((line) => line.includes('"notice"')).map((line) => JSON.parse(line));
    assert.deepEqual(
      notices.map(({ setting }) => setting),
      ['IDENTITY'],
    );
    assert.match(notices[0].remedy, /iss/);
  });
});

describe('a token whose bearer has no name of their own: 401 claims_rejected', () => {
  const rows = [
    ['usual', 'no sub', { sub: undefined }, 'sub'],
    ['usual', 'an empty sub', { sub: '' }, 'sub'],
    ['usual', 'a sub that is none', { sub: null }, 'sub'],
    ['usual', 'the sub of callers without a token', { sub: 'anonymous' }, 'sub'],
    ['usual', 'a role that says so', { role: 'anonymous' }, 'role'],
    ['usual', 'permissions that say so', { permissions: ['anonymous'] }, 'permissions'],
    ['mapped', 'no sub, in another header', { sub: undefined }, 'sub'],
    ['mailed', 'an email that says so', { email: 'anonymous' }, 'email'],
  ];
  for (const [gate, name, claims, claim] of rows) {
    it(`[${gate}] ${name}; the log names ${claim}`, async () => {
      const request = { path: '/info', token: idp.token(claims) };
      const { answer, heard } = await relay(gates[gate], origin, request);
      assertRefused(answer, 401, 'claims_rejected');
      assert.equal(heard, 0);
      assert.equal((await gates[gate].log.decision(answer.json.request_id)).claim, claim);
    });
  }

  const fine = [
    ['usual', 'a role that only begins so', { role: 'anonymous-reader' }],
    ['usual', 'one permission of several', { permissions: ['anonymous', 'x'] }],
    ['mailed', 'no sub, where another claim is x-user-id', { sub: undefined, email: 'a@example.com' }],
  ];
  for (const [gate, name, claims] of fine) {
    it(`[${gate}] but not ${name}`, () => heard(gates[gate], { claims }));
  }
});
