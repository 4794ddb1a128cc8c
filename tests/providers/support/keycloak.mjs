// A real Keycloak with the realm of its page: what the page describes by the page's own commands, the rest by its REST API.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { issuerHomeOf } from '../../../scripts/lib/providers.mjs';
import { freeUrl } from '../../support/port.mjs';
import { blockOf } from './page.mjs';
import { startProgram } from './program.mjs';

const HOME = join(issuerHomeOf('keycloak'), 'keycloak-26.7.3');
/** A program that runs for seconds is not worth compiling well. */
const QUICK = '-XX:TieredStopAtLevel=1';
const ADMIN = { username: 'admin', password: 'admin' };
const REALM = 'main';
export const PAGE = 'docs/providers/keycloak.md';

export async function startKeycloak() {
  const url = await freeUrl();
  await rm(join(HOME, 'data'), { recursive: true, force: true });
  for (const name of ['kc.sh', 'kcadm.sh']) await chmod(join(HOME, 'bin', name), 0o755);
  const { hostname, port } = new URL(url);
  const options = ['start-dev', `--http-host=${hostname}`, `--http-port=${port}`];
  const { close } = await startProgram([join(HOME, 'bin/kc.sh'), ...options], {
    cwd: HOME,
    ready: /Listening on/,
    env: {
      KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN.username,
      KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
      JAVA_OPTS_APPEND: QUICK,
    },
  });
  const keycloak = new Keycloak(url, close);
  try {
    await keycloak.makeRealm();
    return keycloak;
  } catch (error) {
    await close();
    throw error;
  }
}

class Keycloak {
  constructor(url, close) {
    this.url = url;
    this.close = close;
    this.issuer = `${url}/realms/${REALM}`;
  }

  /** The page's client `web`, a stranger `other`, a machine `svc`; alice with all roles, bob with none. */
  async makeRealm() {
    await this.signIn();
    // An administrator's token lives for a minute.
    await this.admin('PUT', '/admin/realms/master', { accessTokenLifespan: 3600 });
    await this.signIn();
    await this.admin('POST', '/admin/realms', { realm: REALM, enabled: true });
    const open = { publicClient: true, directAccessGrantsEnabled: true, redirectUris: ['http://localhost:3000/*'] };
    await this.client('web', open);
    await this.client('other', open);
    const machine = { publicClient: false, serviceAccountsEnabled: true, standardFlowEnabled: false };
    await this.client('svc', { ...machine, secret: 'svc-secret' });
    for (const username of ['alice', 'bob']) {
      const credentials = [{ type: 'password', value: username, temporary: false }];
      const about = { email: `${username}@example.com`, emailVerified: true, firstName: username, lastName: 'Example' };
      await this.admin('POST', `/admin/realms/${REALM}/users`, { username, enabled: true, credentials, ...about });
    }
    await this.runPage();
    await this.admin('POST', `/admin/realms/${REALM}/roles`, { name: 'admin' });
    const [alice] = await this.admin('GET', `/admin/realms/${REALM}/users?username=alice`);
    const role = await this.admin('GET', `/admin/realms/${REALM}/roles/admin`);
    await this.admin('POST', `/admin/realms/${REALM}/users/${alice.id}/role-mappings/realm`, [role]);
    this.alice = alice.id;
    const scopes = await this.admin('GET', `/admin/realms/${REALM}/client-scopes`);
    this.scope = scopes.find(({ name }) => name === 'copilotkit-api').id;
    await this.give('svc');
  }

  async signIn() {
    const url = `${this.url}/realms/master/protocol/openid-connect/token`;
    const { access_token } = await this.#form(url, { grant_type: 'password', client_id: 'admin-cli', ...ADMIN });
    this.token = access_token;
  }

  /** Runs the commands of the page as they are there, but for the address. */
  async runPage() {
    const { code } = blockOf(PAGE, 'provider');
    const script = `set -euo pipefail\n${code.replaceAll('https://login.example.com', this.url)}`;
    const { PATH, JAVA_HOME, HOME: home } = process.env;
    const env = { PATH: [join(HOME, 'bin'), PATH].join(delimiter), KC_CLI_PASSWORD: ADMIN.password, KC_OPTS: QUICK };
    const child = spawn('bash', ['-c', script], {
      env: { ...env, HOME: home, ...(JAVA_HOME && { JAVA_HOME }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (printed += bytes));
    const status = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(status, 0, printed);
  }

  /** A client of the realm. */
  client(clientId, settings) {
    return this.admin('POST', `/admin/realms/${REALM}/clients`, { clientId, ...settings });
  }

  async idOf(clientId) {
    const [{ id }] = await this.admin('GET', `/admin/realms/${REALM}/clients?clientId=${clientId}`);
    return id;
  }

  /** Gives a client the page's scope. */
  async give(clientId) {
    const id = await this.idOf(clientId);
    await this.admin('PUT', `/admin/realms/${REALM}/clients/${id}/default-client-scopes/${this.scope}`, {});
  }

  /** Lays `attributes` over a client's while `work` runs. */
  async changed(clientId, attributes, work) {
    const id = await this.idOf(clientId);
    const path = `/admin/realms/${REALM}/clients/${id}`;
    const before = await this.admin('GET', path);
    await this.admin('PUT', path, { ...before, attributes: { ...before.attributes, ...attributes } });
    try {
      return await work();
    } finally {
      // Keycloak keeps an attribute that is left out, and removes one without a value.
      const emptied = Object.fromEntries(Object.keys(attributes).map((name) => [name, '']));
      await this.admin('PUT', path, { ...before, attributes: { ...emptied, ...before.attributes } });
    }
  }

  /** Adds a key with which the realm signs from now on. */
  async addKey(providerId, priority, config = {}) {
    const settings = Object.entries({ priority: `${priority}`, enabled: 'true', active: 'true', ...config });
    await this.admin('POST', `/admin/realms/${REALM}/components`, {
      name: `${providerId}-${priority}`,
      providerId,
      providerType: 'org.keycloak.keys.KeyProvider',
      config: Object.fromEntries(settings.map(([name, value]) => [name, [value]])),
    });
  }

  /** The algorithm of the realm's tokens. */
  async signWith(alg) {
    const realm = await this.admin('GET', `/admin/realms/${REALM}`);
    await this.admin('PUT', `/admin/realms/${REALM}`, { ...realm, defaultSignatureAlgorithm: alg });
  }

  /** A user's tokens, by a client's own flow. */
  tokens(client, user = 'alice', { headers, ...more } = {}) {
    const grant = { grant_type: 'password', client_id: client, username: user, password: user, scope: 'openid' };
    return this.#form(this.tokenEndpoint, { ...grant, ...more }, headers);
  }

  /** A machine's token. */
  machine(client = 'svc') {
    const grant = { grant_type: 'client_credentials', client_id: client, client_secret: `${client}-secret` };
    return this.#form(this.tokenEndpoint, grant);
  }

  get tokenEndpoint() {
    return `${this.issuer}/protocol/openid-connect/token`;
  }

  async admin(method, path, body) {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' };
    const answer = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  async #form(url, members, headers = {}) {
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(members), headers });
    const json = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(json));
    return json;
  }
}
