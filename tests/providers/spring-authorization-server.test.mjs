// Spring Authorization Server, the smallest application: by its defaults, and with the customizer of its page.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { javaProgram } from '../../scripts/lib/maven.mjs';
import { issuerHomeOf } from '../../scripts/lib/providers.mjs';
import { freeUrl } from '../support/port.mjs';
import { accepted, contentOf, refused, startGateOf } from './support/page.mjs';
import { startProgram } from './support/program.mjs';
import { cookiesOf } from './support/server.mjs';

const PAGE = 'docs/providers/spring-authorization-server.md';
const REDIRECT = 'http://127.0.0.1:3000/callback';

async function startIssuer(...options) {
  const url = await freeUrl();
  const jar = join(issuerHomeOf('spring-authorization-server'), 'target/app.jar');
  const args = ['-XX:TieredStopAtLevel=1', '-jar', jar, `--server.port=${new URL(url).port}`, ...options];
  const { close } = await startProgram([javaProgram('java'), ...args], {
    cwd: issuerHomeOf('spring-authorization-server'),
    ready: /Started Application/,
  });
  return new Issuer(url, close);
}

class Issuer {
  constructor(url, close) {
    this.url = url;
    this.close = close;
  }

  /** alice's tokens by the code flow with PKCE and the server's own sign-in page. */
  async login(client) {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: client,
      response_type: 'code',
      redirect_uri: REDIRECT,
      scope: 'openid copilotkit',
      nonce: 'n',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const headers = { accept: 'text/html' };
    const asked = await fetch(`${this.url}/oauth2/authorize?${query}`, { redirect: 'manual', headers });
    headers.cookie = cookiesOf(asked);
    const page = await (await fetch(asked.headers.get('location'), { headers })).text();
    const [, csrf] = /name="_csrf"[^>]*value="([^"]+)"/.exec(page);
    const body = new URLSearchParams({ username: 'alice', password: 'alice', _csrf: csrf });
    const signedIn = await fetch(`${this.url}/login`, { method: 'POST', redirect: 'manual', headers, body });
    headers.cookie = cookiesOf(signedIn);
    const back = await fetch(signedIn.headers.get('location'), { redirect: 'manual', headers });
    const code = new URL(back.headers.get('location')).searchParams.get('code');
    const grant = { grant_type: 'authorization_code', client_id: client, redirect_uri: REDIRECT, code };
    return this.token({ ...grant, code_verifier: verifier });
  }

  machine() {
    return this.token({
      grant_type: 'client_credentials',
      client_id: 'svc',
      client_secret: 'svc-secret',
      scope: 'copilotkit',
    });
  }

  async token(members) {
    const answer = await fetch(`${this.url}/oauth2/token`, { method: 'POST', body: new URLSearchParams(members) });
    const json = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(json));
    return json;
  }

  async rotate() {
    assert.equal((await fetch(`${this.url}/rotate`, { method: 'POST' })).status, 204);
  }
}

/** Starts issuer and gate for the tests of a block of settings. */
function world(block, ...options) {
  const parts = {};
  before(async () => {
    parts.issuer = await startIssuer(...options);
    parts.gate = await startGateOf(PAGE, { block, addresses: { 'https://login.example.com': parts.issuer.url } });
  });
  after(async () => {
    await parts.gate?.dispose();
    await parts.issuer?.close();
  });
  return parts;
}

describe('the settings for its defaults', () => {
  const parts = world(0);

  it("accept the page's client, also after the key has rotated", async () => {
    const { issuer, gate } = parts;
    for (let round = 0; round < 2; round++) {
      const identity = await accepted(gate, (await issuer.login('web')).access_token);
      assert.equal(identity['x-user-id'], 'alice');
      assert.deepEqual(identity['x-user-permissions'].split(',').sort(), ['copilotkit', 'openid']);
      await issuer.rotate();
      // Past the cool-down of a refresh.
      gate.clock.ahead += 31;
    }
  });

  it('refuse the ID token, whose audience is the same', async () => {
    const { issuer, gate } = parts;
    const { access_token, id_token } = await issuer.login('web');
    const [access, id] = [access_token, id_token].map((token) => contentOf(token)[1]);
    assert.deepEqual([access.aud, id.aud], ['web', 'web']);
    // Only the ID token names a party, so that `authorized_parties` would let in the wrong one.
    assert.deepEqual([access.azp, id.azp], [undefined, 'web']);
    const line = await refused(gate, id_token, 'claim_missing');
    assert.equal(line.claim, 'scope');
  });

  it('refuse tokens of another client and of a machine', async () => {
    const { issuer, gate } = parts;
    await refused(gate, (await issuer.login('other')).access_token, 'wrong_audience');
    await refused(gate, (await issuer.machine()).access_token, 'wrong_audience');
  });
});

describe('the settings for its token customizer', () => {
  const parts = world(1, '--spring.profiles.active=customized');

  it('accept an access token, with roles and permissions', async () => {
    const { issuer, gate } = parts;
    const { access_token } = await issuer.login('web');
    const [, { roles }] = contentOf(access_token);
    assert.ok(roles.includes('FACTOR_PASSWORD'), roles);
    const identity = await accepted(gate, access_token);
    assert.deepEqual([identity['x-user-id'], identity['x-user-role']], ['alice', 'ROLE_ADMIN']);
  });

  it('refuse the ID token, a machine, and a client that is not listed', async () => {
    const { issuer, gate } = parts;
    await refused(gate, (await issuer.login('web')).id_token, 'wrong_audience');
    const { access_token: machine } = await issuer.machine();
    assert.deepEqual(
      [contentOf(machine)[1].sub, contentOf(machine)[1].aud],
      ['svc', 'https://app.example.com/copilotkit'],
    );
    const line = await refused(gate, machine, 'authorized_party_not_listed');
    assert.deepEqual([line.claim, line.party], ['client_id', 'svc']);
    await refused(gate, (await issuer.login('other')).access_token, 'authorized_party_not_listed');
  });
});
