// The page on Keycloak, with tokens of Keycloak's shape from a real OpenID provider, the built Worker and a real runtime.
// Keycloak itself is in none of the package registries that these tests install from.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { login } from '../../demo/login.mjs';
import { startOrigin } from '../../demo/origin.mjs';
import { promptAgent } from '../support/agents.mjs';
import { DIALECTS, turn } from '../support/dialects.mjs';
import { startGate } from '../support/gate.mjs';
import { readExample } from './support/example.mjs';
import { SCOPES, startKeycloak } from './support/keycloak.mjs';
import { pages } from './support/pages.mjs';

let realm, origin, gate;
const runs = [];
before(async () => {
  [realm, origin] = await Promise.all([
    startKeycloak(),
    startOrigin({ agents: { default: promptAgent((run) => runs.push(run)) } }),
  ]);
  const { blocks } = pages().find(({ path }) => path === 'docs/providers/keycloak.md');
  const { vars } = await readExample(blocks.find(({ mark }) => mark === 'settings'));
  vars.ISSUERS[0].issuer = realm.issuer;
  gate = await startGate({ vars: { ORIGIN_URL: origin.url, ...vars } });
});
after(async () => {
  await gate?.dispose();
  for (const part of [realm, origin]) await part?.close();
});

const tokens = (audience = SCOPES.mapped) => login({ issuer: realm.issuer, user: 'alice', audience });
const whoami = (token) => gate.send({ path: '/.gate/whoami', token });

test('an agent knows who asks, with realm roles and client roles', async () => {
  const { access_token: token } = await tokens();
  const call = DIALECTS['multi-route'].agent('run', 'default', turn({ threadId: randomUUID(), says: 'Who am I?' }));
  const answer = await gate.send({ ...call, token });
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.text, /x-user-id: alice/);
  const { headers } = runs[0];
  assert.deepEqual([headers['x-user-role'], headers['x-user-permissions']], ['admin,offline_access', 'agents:run']);
});

test('a token without the audience mapper is refused', async () => {
  const { access_token: token } = await tokens(SCOPES.unmapped);
  const { status, json } = await whoami(token);
  assert.deepEqual([status, json.code], [401, 'wrong_audience']);
});

test('the ID token is refused', async () => {
  const { status, json } = await whoami((await tokens()).id_token);
  assert.deepEqual([status, json.code], [401, 'wrong_audience']);
});
