// What a rule may demand of the claims: roles, permissions, scopes, and any other claim.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGate } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

/** Agent name → what it takes to run it. */
const REQUIRE = {
  roles: { roles: ['editor', 'admin'] },
  permissions: { permissions: ['chat:write'] },
  scope: { scopes: ['copilot:run', 'copilot:all'] },
  scopes: { all_scopes: ['copilot:run', 'copilot:pay'] },
  plan: { claims: { 'org.plan': ['pro', 'team'] } },
  verified: { claims: { email_verified: true, level: 3 } },
  pointer: { claims: { '/https:~1~1example.com~1groups': 'staff' } },
  both: { roles: ['editor'], scopes: ['copilot:run'] },
};
const IDENTITY = { 'x-user-id': 'sub', 'x-user-role': 'realm_access.roles', 'x-user-permissions': 'permissions' };

let idp, origin, gate;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const RULES = Object.entries(REQUIRE).map(([agent, require]) => ({ agents: [agent], require }));
  gate = await startGate({ vars: { ...usualVars({ idp, origin }), RULES, IDENTITY } });
});
after(() => gate?.dispose());

const PASS = 200;
const DENIED = [403, 'rule_denied'];
const SCOPE = [403, 'insufficient_scope'];
const CLAIMS = [401, 'claims_rejected'];

/** Agent, claims, and what comes of it. */
const ROWS = [
  ['roles', { role: 'editor' }, PASS],
  ['roles', { role: 'admin' }, PASS],
  ['roles', { roles: ['viewer', 'editor'] }, PASS],
  ['roles', { realm_access: { roles: ['editor'] } }, PASS],
  ['roles', { role: 'viewer' }, DENIED],
  ['roles', { role: 'Editor' }, DENIED],
  ['roles', { role: 'editors' }, DENIED],
  ['roles', { role: 'viewer editor' }, DENIED],
  ['roles', {}, DENIED],
  ['roles', { scope: 'editor', permissions: ['editor'] }, DENIED],
  ['roles', { role: { editor: true } }, DENIED],
  ['roles', { roles: ['editor', 7] }, DENIED],
  ['permissions', { permissions: ['chat:read', 'chat:write'] }, PASS],
  ['permissions', { permissions: ['chat:read'] }, DENIED],
  ['permissions', { role: 'chat:write' }, DENIED],
  ['permissions', {}, DENIED],
  ['scope', { scope: 'openid copilot:run' }, PASS],
  ['scope', { scope: 'copilot:all' }, PASS],
  ['scope', { scp: 'copilot:run' }, PASS],
  ['scope', { scp: ['openid', 'copilot:run'] }, PASS],
  ['scope', { scope: 'openid', scp: ['copilot:run'] }, PASS],
  ['scope', { scope: 'openid' }, SCOPE],
  ['scope', { scope: '' }, SCOPE],
  ['scope', { scope: 'copilot:runner' }, SCOPE],
  ['scope', { scope: 'COPILOT:RUN' }, SCOPE],
  ['scope', { scope: 'openid,copilot:run' }, SCOPE],
  ['scope', { permissions: ['copilot:run'] }, SCOPE],
  ['scope', {}, SCOPE],
  ['scope', { scope: 7 }, CLAIMS],
  ['scope', { scp: { 'copilot:run': true } }, CLAIMS],
  ['scope', { scp: [7, 'copilot:run'] }, CLAIMS],
  ['scopes', { scope: 'copilot:pay copilot:run' }, PASS],
  ['scopes', { scope: 'copilot:pay', scp: ['copilot:run'] }, PASS],
  ['scopes', { scope: 'copilot:run' }, SCOPE],
  ['scopes', {}, SCOPE],
  ['plan', { org: { plan: 'team' } }, PASS],
  ['plan', { org: { plan: ['free', 'pro'] } }, PASS],
  ['plan', { org: { plan: 'free' } }, DENIED],
  ['plan', { 'org.plan': 'pro' }, DENIED],
  ['plan', { org: 'pro' }, DENIED],
  ['plan', {}, DENIED],
  ['verified', { email_verified: true, level: 3 }, PASS],
  ['verified', { email_verified: true, level: 4 }, DENIED],
  ['verified', { email_verified: true }, DENIED],
  ['verified', { email_verified: 'true', level: 3 }, DENIED],
  ['verified', { email_verified: true, level: '3' }, DENIED],
  ['pointer', { 'https://example.com/groups': ['staff', 'x'] }, PASS],
  ['pointer', { 'https://example.com/groups': ['guests'] }, DENIED],
  ['both', { role: 'editor', scope: 'copilot:run' }, PASS],
  ['both', { role: 'viewer', scope: 'copilot:run' }, DENIED],
  ['both', { role: 'editor', scope: 'openid' }, SCOPE],
];

describe('a rule that requires', () => {
  for (const [agent, claims, expected] of ROWS) {
    const [status, code] = [expected].flat();
    it(`${JSON.stringify(REQUIRE[agent])}, of ${JSON.stringify(claims)}: ${[status, code].join(' ')}`, async () => {
      const request = { ...post(`/agent/${agent}/run`, input()), token: idp.token(claims) };
      if (status === PASS) return assert.equal((await gate.send(request)).status, 200);
      assertRefused(await withoutOrigin(origin, () => gate.send(request)), status, code);
    });
  }

  for (const agent of Object.keys(REQUIRE)) {
    it(`${JSON.stringify(REQUIRE[agent])}, of nobody: 401`, async () => {
      const request = post(`/agent/${agent}/run`, input());
      assertRefused(await withoutOrigin(origin, () => gate.send(request)), 401, 'missing_token');
    });
  }
});

describe('the challenge of insufficient_scope', () => {
  const scopes = async (agent, claims) => {
    const answer = await gate.send({ ...post(`/agent/${agent}/run`, input()), token: idp.token(claims) });
    return / scope="([^"]*)"/.exec(answer.headers['www-authenticate'])?.[1].split(' ').sort();
  };

  it('names the scopes of which one is wanted', async () => {
    assert.deepEqual(await scopes('scope', {}), ['copilot:all', 'copilot:run']);
  });

  it('names the scopes of which all are wanted', async () => {
    assert.deepEqual(await scopes('scopes', { scope: 'copilot:run' }), ['copilot:pay', 'copilot:run']);
  });

  it('is not there where a role lacks', async () => {
    const answer = await gate.send({ ...post('/agent/roles/run', input()), token: idp.token() });
    assert.equal(answer.headers['www-authenticate'], undefined);
  });
});
