// `npm start`, as a person meets it: the two commands that it prints, pasted into a shell, and Ctrl-C.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { freePorts, listenOnce } from '../support/port.mjs';

const PORTS = ['GATE_PORT', 'ORIGIN_PORT', 'IDP_PORT', 'PAGE_PORT'];
const shell = (command) => promisify(execFile)('bash', ['-c', command], { cwd: ROOT });

let env, demo, folder;
const printed = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-start-'));
  const free = await freePorts(PORTS.length);
  env = { ...process.env, ...Object.fromEntries(PORTS.map((name, index) => [name, String(free[index])])) };
  await writeOpeners(folder);
  env.PATH = `${folder}:${env.PATH}`;
  demo = start({ stderr: 'inherit', args: ['--open'] });
  for await (const line of createInterface(demo.stdout)) {
    printed.push(line);
    if (!line.startsWith('Ready')) continue;
    demo.stdout.resume();
    return;
  }
  assert.fail(`npm start ended before it was ready:\n${printed.join('\n')}`);
});

after(async () => {
  demo.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

test('the address of the page comes first, and the page is there', async () => {
  const address = `http://localhost:${env.PAGE_PORT}`;
  assert.match(
    printed.find((line) => line.includes('http')),
    new RegExp(`^ +page +${address} `),
  );
  const page = await fetch(address);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<title>copilotkit-gate demo<\/title>/);
});

test('--open opens that address in the browser', async () => {
  const opened = await once(createInterface(createReadStream(join(folder, 'opened'))), 'line');
  assert.deepEqual(opened, [`http://localhost:${env.PAGE_PORT}`]);
});

test('the first command shows the refusal', async () => {
  const { stdout } = await shell(command(0));
  assert.match(stdout, /^HTTP\/1.1 401 /);
  assert.match(stdout, /^www-authenticate: Bearer realm="copilotkit"\r$/im);
  assert.match(stdout, /"code":"missing_token"/);
});

test('the second command gets a token and shows the stream', async () => {
  const { stdout } = await shell(command(1));
  assert.match(stdout, /"delta":"x-user-id: alice\\n"/);
  assert.match(stdout, /"delta":"x-user-role: admin\\n"/);
  assert.match(stdout, /"type":"RUN_FINISHED"/);
});

test('a second one on the same ports says so in one line, and leaves the first alone', async () => {
  const second = start({ stderr: 'pipe' });
  const lines = [];
  createInterface(second.stderr).on('line', (line) => lines.push(line));
  const [code] = await once(second, 'close');
  assert.equal(code, 1);
  assert.deepEqual(lines, [
    `✗ port ${env.GATE_PORT} is in use: free it, or choose another with GATE_PORT=<port> npm start`,
  ]);
  assert.match((await shell(command(0))).stdout, /^HTTP\/1.1 401 /);
});

test('Ctrl-C ends all of it', async () => {
  demo.kill('SIGINT');
  const [code] = await once(demo, 'exit');
  assert.equal(code, 0);
  for (const name of PORTS) await listenOnce(Number(env[name]));
});

/** Writes the programs that systems open an address with. These hand it to the pipe `opened` instead of a browser. */
async function writeOpeners(folder) {
  await promisify(execFile)('mkfifo', [join(folder, 'opened')]);
  const program = `#!/bin/sh\necho "$1" > '${join(folder, 'opened')}'\n`;
  for (const name of ['xdg-open', 'open']) await writeFile(join(folder, name), program, { mode: 0o755 });
}

const start = ({ stderr, args = [] }) =>
  spawn(process.execPath, ['demo/start.mjs', ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', stderr] });

const command = (index) => printed.filter((line) => line.startsWith('curl '))[index];
