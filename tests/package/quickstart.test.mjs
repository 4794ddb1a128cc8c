// From an empty folder with Node alone to a checked gate that runs in front of the demo's runtime: in under two minutes.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { startIdp } from '../../demo/idp.mjs';
import { login } from '../../demo/login.mjs';
import { startOrigin } from '../../demo/origin.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import '../support/quiet.mjs';
import { Project } from './support/project.mjs';

const LIMIT_MS = 120_000;
const READY = /Ready on (http:\/\/[^:]+:\d+)/;

let project, idp, origin, wrangler;
before(async () => {
  [idp, origin] = await Promise.all([startIdp(), startOrigin()]);
  project = new Project({ installed: null });
});
after(async () => {
  // The whole group: wrangler has started workerd. Closed, all of it is gone and writes no more.
  if (wrangler?.exitCode === null) {
    process.kill(-wrangler.pid, 'SIGTERM');
    await once(wrangler, 'close');
  }
  await Promise.all([idp.close(), origin.close()]);
  project.remove();
});

test('four commands, and a request from a signed-in user reaches the runtime', {
  timeout: LIMIT_MS,
}, async (context) => {
  const started = performance.now();
  const { wrangler: version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).devDependencies;
  const step = async (command, ...args) => {
    const { code, stdout, stderr } = await project.run(command, args);
    assert.equal(code, 0, `${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
    return stdout;
  };
  await assert.rejects(project.run('cargo', ['--version']), /ENOENT/, 'there is no Rust here');
  await step(
    'npm',
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    process.env.GATE_PACKAGE,
    `wrangler@${version}`,
  );
  const options = ['--issuer', idp.issuer, '--audience', idp.audience, '--origin', origin.url];
  await step('npx', 'copilotkit-gate', 'init', ...options);
  assert.match(await step('npx', 'copilotkit-gate', 'check'), /✓ sound/);
  const url = await dev();
  const refused = await fetch(`${url}/api/copilotkit/info`);
  assert.equal(refused.status, 401);
  const { access_token: token } = await login({ issuer: idp.issuer, user: 'alice' });
  const answer = await fetch(`${url}/api/copilotkit/info`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200);
  assert.ok((await answer.json()).agents.default);
  const seconds = (performance.now() - started) / 1000;
  context.diagnostic(`from an empty folder to a checked gate that runs: ${seconds.toFixed(1)} s`);
  assert.ok(seconds * 1000 < LIMIT_MS, `${seconds} s`);
});

/** Starts `wrangler dev`; resolves to its address. */
async function dev() {
  wrangler = spawn('npx', ['wrangler', 'dev', '--port', '0', '--inspector-port', '0'], {
    cwd: project.folder,
    env: project.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = [];
  wrangler.stderr.on('data', (data) => lines.push(`${data}`));
  for await (const line of createInterface(wrangler.stdout)) {
    lines.push(line);
    const [, url] = READY.exec(line) ?? [];
    if (!url) continue;
    wrangler.stdout.resume();
    return url;
  }
  throw new Error(`wrangler dev ended:\n${lines.join('\n')}`);
}
