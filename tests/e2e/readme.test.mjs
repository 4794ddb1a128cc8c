// What the README tells an origin to write, run as it stands there: good assertions pass, others do not.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { TOOLS, inRoot } from '../../scripts/lib/paths.mjs';
import { BASE } from '../support/client.mjs';
import { startGate } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { usualVars } from '../support/world.mjs';

/** Snippet → the file it goes into, the program that runs it, and what calls it. */
const LANGUAGES = {
  node: {
    file: 'assertion.mjs',
    program: process.execPath,
    caller: 'console.log((await verifyAssertion(process.argv[2], process.argv[3])).sub);',
  },
  python: {
    file: 'assertion.py',
    program: process.env.PYTHON ?? 'python3',
    caller: 'import sys\nprint(verify_assertion(sys.argv[1], sys.argv[2])["sub"])',
  },
};

let folder, idp, origin, gate, assertion;
before(async () => {
  // Below the project, so that the snippet finds the project's packages.
  await mkdir(TOOLS, { recursive: true });
  folder = await mkdtemp(join(TOOLS, 'readme-'));
  const readme = await readFile(inRoot('README.md'), 'utf8');
  for (const [name, { file, caller }] of Object.entries(LANGUAGES)) {
    const snippet = new RegExp(`<!-- test: assertion\\.${name} -->\\n\`\`\`\\w+\\n([^]*?)\\n\`\`\``).exec(readme);
    assert.ok(snippet, `the README has a snippet for ${name}`);
    await writeFile(join(folder, file), `${snippet[1]}\n\n${caller}\n`);
  }
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const vars = { ...usualVars({ idp, origin }), ASSERTION_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })) };
  gate = await startGate({ vars });
  const { received } = await relay(gate, origin, { path: '/info', token: idp.token({ sub: 'alice' }) });
  assertion = received[0].headers['x-gate-assertion'];
});
after(async () => {
  await gate?.dispose();
  await rm(folder, { recursive: true });
});

/** Runs a snippet on an assertion and an audience; resolves to its exit code and what it printed. */
function verify(language, ...args) {
  const { program, file } = LANGUAGES[language];
  const env = { ...process.env, GATE_URL: `http://${gate.url.host}${BASE}` };
  return new Promise((resolve, reject) => {
    const child = spawn(program, [join(folder, file), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [printed, complaint] = ['', ''];
    child.stdout.on('data', (data) => (printed += data));
    child.stderr.on('data', (data) => (complaint += data));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, printed: printed.trim(), complaint }));
  });
}

for (const language of Object.keys(LANGUAGES)) {
  describe(`the README's snippet for ${language}`, () => {
    it('takes an assertion of this gate for this origin', async () => {
      const { code, printed, complaint } = await verify(language, assertion, origin.url + BASE);
      assert.equal(code, 0, complaint);
      assert.equal(printed, 'alice');
    });

    it('refuses one that is meant for another origin', async () => {
      const { code, printed } = await verify(language, assertion, 'https://elsewhere.example/api/copilotkit');
      assert.notEqual(code, 0);
      assert.equal(printed, '');
    });

    it('refuses one whose claims were changed', async () => {
      const [header, claims, signature] = assertion.split('.');
      const forged = { ...JSON.parse(Buffer.from(claims, 'base64url')), sub: 'mallory' };
      const text = [header, Buffer.from(JSON.stringify(forged)).toString('base64url'), signature].join('.');
      const { code, printed } = await verify(language, text, origin.url + BASE);
      assert.notEqual(code, 0);
      assert.equal(printed, '');
    });
  });
}
