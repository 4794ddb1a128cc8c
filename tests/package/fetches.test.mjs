// The requests to a provider: the commands send what the Worker sends, so that a provider which serves one serves the other.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { startGate } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { usualVars } from '../support/world.mjs';
import { Project } from './support/project.mjs';

const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));

let provider, gate, project;
before(async () => {
  provider = await startProvider(makeKey());
  const origin = await startOrigin();
  gate = await startGate({ vars: usualVars({ idp: provider, origin }) });
  project = new Project();
  project.write(
    'wrangler.toml',
    `name = "g"
main = "node_modules/copilotkit-gate/build/index.js"
compatibility_date = "2026-11-01"
[vars]
ORIGIN_URL = "${origin.url}/api/copilotkit"
[[vars.ISSUERS]]
issuer = "${provider.issuer}"
audience = "copilotkit"
`,
  );
});
after(async () => {
  await gate?.dispose();
  project?.remove();
});

/** What the provider heard meanwhile: of each request its path, `User-Agent` and `Accept`. */
async function heard(act) {
  const before = provider.heard.length;
  await act();
  return provider.heard.slice(before).map(({ url, headers }) => [url, headers['user-agent'], headers.accept]);
}

describe('a provider', () => {
  const expected = ['/.well-known/openid-configuration', '/keys'].map((path) => [
    path,
    `copilotkit-gate/${version}`,
    'application/json, application/jwk-set+json',
  ]);

  it('hears from the Worker who asks, and for what', async () => {
    const ask = async () => assert.equal((await gate.send({ path: '/info', token: provider.token() })).status, 200);
    assert.deepEqual(await heard(ask), expected);
  });

  it('hears the same from check --live', async () => {
    const check = async () => {
      const { code, stdout } = await project.gate('check', '--live');
      assert.equal(code, 0, stdout);
    };
    assert.deepEqual(await heard(check), expected);
  });

  it('hears the same from explain --live', async () => {
    const explain = async () => {
      const { code, stdout, stderr } = await project.gateWith(provider.token(), 'explain', '-', '--live');
      assert.equal(code, 0, stdout + stderr);
    };
    assert.deepEqual(await heard(explain), expected);
  });
});
