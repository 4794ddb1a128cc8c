// This repository's own wrangler.toml: the shape that `init` writes, an environment for each stage, and no way to deploy what
// is for this machine.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser';
import { ROOT, inRoot } from '../../scripts/lib/paths.mjs';
import { withNodeBin } from '../../scripts/lib/run.mjs';
import { OPTIONS, Project } from './support/project.mjs';

const ENVIRONMENTS = ['dev', 'staging', 'production'];
const read = (text) => getStaticTOMLValue(parseTOML(text));
const own = read(readFileSync(inRoot('wrangler.toml'), 'utf8'));

let project;
before(() => (project = new Project()));
after(() => project.remove());

/** `wrangler deploy --dry-run` in this repository; resolves to its exit code and all that it printed. */
function deploy(...args) {
  const { WRANGLER_LOG_PATH, WRANGLER_REGISTRY_PATH } = project.env;
  const env = { ...withNodeBin(), WRANGLER_LOG_PATH, WRANGLER_REGISTRY_PATH, WRANGLER_SEND_METRICS: 'false' };
  return new Promise((resolve, reject) => {
    const program = [inRoot('node_modules/wrangler/bin/wrangler.js'), 'deploy', '--dry-run', ...args];
    const child = spawn(process.execPath, program, { cwd: ROOT, env: { ...env, NO_COLOR: '1' } });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (data) => (text += data));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
}

it('has the shape that init writes', async () => {
  await project.gate('init', ...OPTIONS, '--domain', 'gate.acme.dev');
  const written = read(project.read('wrangler.toml'));
  const names = (table) => Object.keys(table).sort();
  assert.deepEqual(names(own), names(written));
  assert.deepEqual(names(own.env), names(written.env));
  for (const env of ENVIRONMENTS) assert.deepEqual(names(own.env[env]), names(written.env[env]), env);
});

for (const env of ENVIRONMENTS) {
  describe(env, () => {
    it('has everything of its own: nothing that matters is inherited', () => {
      const { vars, kv_namespaces, secrets, triggers, observability, routes, workers_dev } = own.env[env];
      assert.ok(vars.ORIGIN_URL && vars.ISSUERS.length > 0);
      assert.ok(kv_namespaces.some(({ binding }) => binding === 'JWKS_CACHE'));
      assert.deepEqual([secrets.required, observability.enabled], [['THREAD_KEY'], true]);
      assert.ok(triggers.crons.length > 0);
      assert.ok(routes.length > 0 && !workers_dev, 'one address');
    });

    it('deploys, as far as that goes without an account, and is checked before', async () => {
      const { code, text } = await deploy('--env', env);
      assert.equal(code, 0, text);
      assert.match(text, new RegExp(`${env} +✓ sound`));
      assert.match(text, /index_bg\.wasm/);
      assert.doesNotMatch(text, /localhost|urn:copilotkit-gate:demo/);
    });
  });
}

describe('what is for this machine', () => {
  it('is not deployed: the top level stops, and says to name an environment', async () => {
    const { code, text } = await deploy();
    assert.notEqual(code, 0);
    assert.match(text, /for this machine alone: name an environment/);
    assert.doesNotMatch(text, /exiting now/);
  });

  it('is not deployed: neither are the values of the demo', async () => {
    const { code, text } = await deploy('--config', 'demo/wrangler.toml');
    assert.notEqual(code, 0);
    assert.match(text, /for this machine alone/);
    assert.doesNotMatch(text, /exiting now/);
  });

  it('is in no other file: wrangler.toml has no value of the demo', () => {
    assert.doesNotMatch(readFileSync(inRoot('wrangler.toml'), 'utf8'), /urn:copilotkit-gate:demo|localhost:4001/);
  });
});
