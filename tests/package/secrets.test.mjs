// `copilotkit-gate secrets`: keys go from the command into wrangler's upload, and are seen nowhere else. wrangler is real;
// its account is a server of the test's.

import assert from 'node:assert/strict';
import { createHash, createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { OPTIONS, Project } from './support/project.mjs';

let project, api, env;
const uploads = [];

before(async () => {
  project = new Project();
  await project.gate('init', ...OPTIONS);
  api = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    if (request.method === 'PUT' || request.method === 'PATCH') uploads.push({ url: request.url, text });
    const result = request.url.includes('/secrets') ? { name: 'x', type: 'secret_text' } : {};
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ success: true, errors: [], messages: [], result }));
  });
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  env = {
    CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${api.address().port}`,
    CLOUDFLARE_API_TOKEN: 'token-of-the-test',
    CLOUDFLARE_ACCOUNT_ID: '0123456789abcdef0123456789abcdef',
  };
});
after(() => {
  api.close();
  api.closeAllConnections();
  project.remove();
});

async function secrets(args, input = '') {
  const result = await project.run('copilotkit-gate', ['secrets', ...args], { env, input });
  assert.equal(result.code, 0, result.stderr);
  const { url, text } = uploads.at(-1);
  const { text: value } = JSON.parse(text);
  assert.ok(value, text);
  assert.ok(!`${result.stdout}${result.stderr}`.includes(value), 'the value is not shown');
  return { url, value, stdout: result.stdout };
}

test('the list says for each environment what is needed, and what for', async () => {
  const { code, stdout } = await project.gate('secrets', '--env', 'production');
  assert.equal(code, 0);
  assert.match(stdout, /THREAD_KEY +binds threads to their users \(needed\)/);
  assert.match(stdout, /ASSERTION_KEY .*\(optional\)/);
});

test('a thread key of 32 random bytes is uploaded to the environment, and a copy to where the person wants it', async () => {
  const { url, value } = await secrets(['generate', 'THREAD_KEY', '--env', 'production', '--also', 'cat > copy']);
  assert.match(url, /copilotkit-gate-production/);
  assert.equal(Buffer.from(value, 'base64url').length, 32);
  assert.equal(project.read('copy'), value);
  const next = await secrets(['generate', 'THREAD_KEY', '--env', 'production']);
  assert.notEqual(next.value, value);
});

test('a thread key is rotated: a new one first, the old one behind it', async () => {
  const { value: old } = await secrets(['generate', 'THREAD_KEY', '--env', 'staging']);
  const { value } = await secrets(['rotate', 'THREAD_KEY', '--env', 'staging'], `${old}\n`);
  const keys = JSON.parse(value);
  assert.equal(keys.length, 2);
  assert.equal(keys[1], old);
  assert.notEqual(keys[0], old);
});

test('the assertion key is rotated: the new one signs, the old public key stays published', async () => {
  const { value: old } = await secrets(['generate', 'ASSERTION_KEY', '--env', 'production']);
  const { d, ...published } = JSON.parse(old);
  assert.ok(createPrivateKey({ key: JSON.parse(old), format: 'jwk' }));
  project.write('published.json', JSON.stringify({ keys: [{ ...published, kid: 'old', alg: 'ES256', use: 'sig' }] }));
  const { value, stdout } = await secrets([
    'rotate',
    'ASSERTION_KEY',
    '--env',
    'production',
    '--published',
    'published.json',
  ]);
  const { keys } = JSON.parse(value);
  assert.equal(keys.length, 2);
  assert.ok(keys[0].d);
  assert.deepEqual(keys[1], { kty: 'EC', crv: 'P-256', x: published.x, y: published.y });
  assert.match(stdout, /may go once/);
  const thumbprint = ({ crv, kty, x, y }) =>
    createHash('sha256').update(`{"crv":"${crv}","kty":"${kty}","x":"${x}","y":"${y}"}`).digest('base64url');
  const [next, stays] = keys.map(thumbprint);
  assert.match(stdout, new RegExp(`^ {2}${next} {2}new, signs\n {2}${stays} {2}stays published$`, 'm'));
  // The gate itself takes the set.
  project.write('.dev.vars', `ASSERTION_KEY='${value}'\nTHREAD_KEY="${Buffer.alloc(32, 1).toString('base64url')}"\n`);
  assert.equal((await project.gate('check', '--env', '')).code, 0);
});

test('keys to publish come from where nobody on the way can add one', async () => {
  const count = uploads.length;
  const rotate = (from) =>
    project.run('copilotkit-gate', ['secrets', 'rotate', 'ASSERTION_KEY', '--env', 'production', '--published', from], {
      env,
    });
  for (const from of ['http://gate.example.com/jwks.json', 'HTTP://localhost.example.com/', 'ftp://127.0.0.1/']) {
    const { code, stderr } = await rotate(from);
    assert.equal(code, 2);
    assert.match(stderr, /Use https/, from);
  }
  for (const key of [null, { kty: 'constructor' }, { kty: 'oct', k: 'AAAA' }, { kty: 'EC', crv: 'P-256', x: 'AA' }]) {
    project.write('odd.json', JSON.stringify({ keys: [key] }));
    const { code, stderr } = await rotate('odd.json');
    assert.equal(code, 2);
    assert.match(stderr, /^✗ odd\.json: keys\[0\] is not a public key/);
  }
  assert.equal(uploads.length, count);

  const [key] = JSON.parse(project.read('published.json')).keys;
  const server = createServer(({ url }, response) => {
    if (url === '/moved') response.writeHead(302, { location: '/jwks.json' });
    response.end(JSON.stringify({ keys: [key] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${server.address().port}`;
  const moved = await rotate(`${base}/moved`);
  const there = await rotate(`${base}/jwks.json`);
  server.close();
  server.closeAllConnections();
  assert.deepEqual([moved.code, there.code], [2, 0], there.stderr);
  assert.match(moved.stderr, /\/moved cannot be read: unexpected redirect$/m);
});

test('bad input ends in one line, before anything is uploaded', async () => {
  const count = uploads.length;
  for (const args of [
    ['generate'],
    ['generate', 'PASSWORD'],
    ['rotate', 'ASSERTION_KEY', '--env', 'staging'],
    ['generate', 'THREAD_KEY'],
    ['rotate', 'THREAD_KEY', '--env', 'staging'],
    ['explode'],
  ]) {
    const { code, stderr } = await project.run('copilotkit-gate', ['secrets', ...args], { env, input: 'short' });
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, /^✗ /);
  }
  assert.equal(uploads.length, count);
});

test('what wrangler says against it is passed on, without the value', async () => {
  const { code, stderr } = await project.run(
    'copilotkit-gate',
    ['secrets', 'generate', 'THREAD_KEY', '--env', 'staging'],
    {
      env: { ...env, CLOUDFLARE_API_BASE_URL: 'http://127.0.0.1:1' },
    },
  );
  assert.equal(code, 1);
  assert.match(stderr, /wrangler secret put ended with code/);
  assert.doesNotMatch(stderr, /[\w-]{43}/);
});
