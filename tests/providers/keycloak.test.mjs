// Keycloak itself: its realm by the commands of its page, the gate by the settings of its page, tokens by its own flows.

import '../support/quiet.mjs';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { listen } from '../../demo/listen.mjs';
import { startOrigin } from '../../demo/origin.mjs';
import { promptAgent } from '../support/agents.mjs';
import { DIALECTS, turn } from '../support/dialects.mjs';
import { PAGE, startKeycloak } from './support/keycloak.mjs';
import { accepted, contentOf, refused, startGateOf } from './support/page.mjs';

let keycloak, origin, gate;
const runs = [];
const gateOf = (more) =>
  startGateOf(PAGE, { addresses: { 'https://login.example.com/realms/main': keycloak.issuer }, more });
before(async () => {
  [keycloak, origin] = await Promise.all([
    startKeycloak(),
    startOrigin({ agents: { default: promptAgent((run) => runs.push(run)) } }),
  ]);
  gate = await gateOf({ ORIGIN_URL: origin.url });
});
after(async () => {
  await gate?.dispose();
  for (const part of [keycloak, origin]) await part?.close();
});

describe('the settings of the page', () => {
  it("accept the page's client, and an agent knows who asks, with realm roles and client roles", async () => {
    const { access_token: token } = await keycloak.tokens('web');
    const call = DIALECTS['multi-route'].agent('run', 'default', turn({ threadId: randomUUID(), says: 'Who am I?' }));
    const answer = await gate.send({ ...call, token });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, new RegExp(`x-user-id: ${keycloak.alice}`));
    const { headers } = runs[0];
    const roles = headers['x-user-role'].split(',');
    assert.ok(roles.includes('admin') && roles.includes('offline_access'), headers['x-user-role']);
    assert.equal(headers['x-user-permissions'], 'agents:run');
  });

  it('accept a user without a role, who has no permissions', async () => {
    const identity = await accepted(gate, (await keycloak.tokens('web', 'bob')).access_token);
    assert.equal(identity['x-user-permissions'], undefined);
  });

  it('accept what single sign-on renews', async () => {
    const { refresh_token } = await keycloak.tokens('web');
    const renewed = await keycloak.tokens('web', 'alice', { grant_type: 'refresh_token', refresh_token });
    await accepted(gate, renewed.access_token);
  });

  it('refuse another client of the realm, though a client role has put its client into aud', async () => {
    const { access_token } = await keycloak.tokens('other');
    const [, claims] = contentOf(access_token);
    assert.ok(claims.aud.includes('copilotkit'), claims.aud);
    const line = await refused(gate, access_token, 'wrong_audience');
    assert.ok(line.aud.includes('copilotkit'), JSON.stringify(line));
  });

  it('refuse another client that has the scope, and a service account', async () => {
    await keycloak.give('other');
    for (const [party, tokens] of [
      ['other', await keycloak.tokens('other')],
      ['svc', await keycloak.machine()],
    ]) {
      const line = await refused(gate, tokens.access_token, 'authorized_party_not_listed');
      assert.deepEqual([line.claim, line.party], ['azp', party]);
    }
  });

  it('refuse the ID token, also one for the audience', async () => {
    const { id_token } = await keycloak.tokens('web');
    await refused(gate, id_token, 'wrong_audience');
    const models = `/admin/realms/main/client-scopes/${keycloak.scope}/protocol-mappers/models`;
    const mapper = (await keycloak.admin('GET', models)).find(({ name }) => name === 'audience');
    const wide = { ...mapper, config: { ...mapper.config, 'id.token.claim': 'true' } };
    await keycloak.admin('PUT', `${models}/${mapper.id}`, wide);
    const { id_token: named } = await keycloak.tokens('web');
    await refused(gate, named, 'claim_value_not_listed');
    await keycloak.admin('PUT', `${models}/${mapper.id}`, mapper);
  });

  it('refuse the refresh token, also one that lives offline', async () => {
    for (const scope of ['openid', 'openid offline_access']) {
      const { refresh_token } = await keycloak.tokens('web', 'alice', { scope });
      const line = await refused(gate, refresh_token, 'algorithm_not_allowed');
      assert.equal(line.alg, 'HS512');
    }
  });

  it('refuse lightweight access tokens', async () => {
    const attributes = { 'client.use.lightweight.access.token.enabled': 'true' };
    const { access_token } = await keycloak.changed('web', attributes, () => keycloak.tokens('web'));
    const [, claims] = contentOf(access_token);
    assert.deepEqual([claims.aud, claims.sub], [undefined, undefined]);
    const line = await refused(gate, access_token, 'wrong_audience');
    assert.equal(line.aud, null);
  });

  it('refuse access tokens that are bound by DPoP', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const proof = await new SignJWT({ htm: 'POST', htu: keycloak.tokenEndpoint, jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
      .setIssuedAt()
      .sign(privateKey);
    const { access_token, token_type } = await keycloak.tokens('web', 'alice', { headers: { dpop: proof } });
    assert.equal(token_type, 'DPoP');
    await refused(gate, access_token, 'bound_token');
  });

  it('refuse the logout token that Keycloak sends to a client', async () => {
    const sent = Promise.withResolvers();
    const client = await listen(0, async (request, response) => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += chunk;
      sent.resolve(new URLSearchParams(text).get('logout_token'));
      response.end();
    });
    try {
      const url = `http://127.0.0.1:${client.port}/`;
      const attributes = { 'backchannel.logout.url': url, 'backchannel.logout.session.required': 'true' };
      await keycloak.changed('web', attributes, async () => {
        const { refresh_token } = await keycloak.tokens('web');
        const body = new URLSearchParams({ client_id: 'web', refresh_token });
        await fetch(`${keycloak.issuer}/protocol/openid-connect/logout`, { method: 'POST', body });
        await refused(gate, await sent.promise, 'wrong_audience');
      });
    } finally {
      await client.close();
    }
  });
});

describe('the keys of the realm', () => {
  it('may rotate, twice, and each token says which', async () => {
    const own = await gateOf();
    try {
      await accepted(own, (await keycloak.tokens('web')).access_token);
      for (const priority of [200, 300]) {
        await keycloak.addKey('rsa-generated', priority);
        const { access_token } = await keycloak.tokens('web');
        // Past the cool-down of a refresh.
        own.clock.ahead += 31;
        await accepted(own, access_token);
      }
    } finally {
      await own.dispose();
    }
  });

  for (const [alg, provider, config] of [
    ['PS256', 'rsa-generated', { algorithm: 'PS256' }],
    ['ES512', 'ecdsa-generated', { ecdsaEllipticCurveKey: 'P-521' }],
    ['EdDSA', 'eddsa-generated', { eddsaEllipticCurveKey: 'Ed25519' }],
  ]) {
    it(`may be of ${alg}`, async () => {
      await keycloak.addKey(provider, 400, config);
      await keycloak.signWith(alg);
      const own = await gateOf();
      try {
        const { access_token, id_token } = await keycloak.tokens('web');
        assert.equal(contentOf(access_token)[0].alg, alg);
        await accepted(own, access_token);
        await refused(own, id_token, 'wrong_audience');
      } finally {
        await own.dispose();
        await keycloak.signWith('RS256');
      }
    });
  }
});

describe('what the page warns of', () => {
  it('a client id as the audience: every client of the realm gets in, without any mapper', async () => {
    const wide = { issuer: keycloak.issuer, audience: 'copilotkit', claims: { typ: 'Bearer' } };
    const own = await gateOf({ ISSUERS: [wide] });
    try {
      await keycloak.client('stranger', { publicClient: true, directAccessGrantsEnabled: true });
      await accepted(own, (await keycloak.tokens('stranger')).access_token);
    } finally {
      await own.dispose();
    }
  });
});
