// `copilotkit-gate doctor`: what it finds at a real gate, at a real runtime without one, and at servers that have what a gate
// should not.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { startOrigin } from '../../demo/origin.mjs';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { Project } from './support/project.mjs';

const BASE = '/api/copilotkit';
const CHECKS = ['https', 'health', 'token', 'info', 'threads', 'events', 'cors', 'keys', 'clock', 'origin'];

let origin, gates, project;
const [sent, servers] = [[], []];
before(async () => {
  const provider = await startProvider(makeKey());
  origin = await startOrigin({ onRequest: (request) => sent.push(request) });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const vars = { ORIGIN_URL: origin.url, ISSUERS: [provider.trusted()] };
  const [closed, open, wrong] = await startGates([
    { vars: { ...vars, ASSERTION_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })) } },
    { vars: { ...vars, RULES: [{ operations: ['info'], allow: 'anyone' }] } },
    { vars: { ...vars, ORIGIN_MODE: 'both' } },
  ]);
  gates = { closed, open, wrong };
  project = new Project();
});
after(async () => {
  await gates?.closed.dispose();
  await origin?.close();
  for (const server of servers) server.close();
  project?.remove();
});

const urlOf = (gate) => new URL(BASE, gate.url).href;

/** A server that answers everything with what `answer` gives: status, header fields, body. */
async function serve(answer) {
  const server = createServer((request, response) => {
    const [status, headers = {}, body = ''] = answer(request);
    response.writeHead(status, headers).end(body);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}${BASE}`;
}

async function doctor(...args) {
  const { code, stdout, stderr } = await project.gate('doctor', ...args, '--json');
  if (!stdout) return { code, stderr };
  const { findings, open } = JSON.parse(stdout);
  const verdicts = (wanted) => findings.filter(({ verdict }) => verdict === wanted).map(({ check }) => check);
  return { code, open, findings, opened: verdicts('open'), good: verdicts('good') };
}

describe('a gate whose origin nobody else reaches', () => {
  it('has nothing open: exit code 0, and every check says what it found', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    const closed = `http://127.0.0.1:${port}${BASE}`;
    const found = await doctor(urlOf(gates.closed), '--origin', closed);
    assert.deepEqual([found.code, found.open, found.opened], [0, false, []]);
    assert.deepEqual([...new Set(found.findings.map(({ check }) => check))], CHECKS);
    // workerd sends no `Date`.
    assert.deepEqual(found.good, ['health', 'token', 'info', 'threads', 'events', 'cors', 'keys', 'origin']);
  });

  it('is shown in plain words', async () => {
    const { code, stdout } = await project.gate('doctor', urlOf(gates.closed));
    assert.equal(code, 0);
    assert.match(stdout, /^✓ info {5}\/info is closed to strangers$/m);
    assert.match(stdout, /^– origin {3}the origin was not asked: name it with --origin/m);
  });
});

describe('the back door', () => {
  it('is open where the runtime answers without the gate: exit code 1', async () => {
    const { code, opened, findings } = await doctor(urlOf(gates.closed), '--origin', origin.url);
    assert.deepEqual([code, opened], [1, ['origin']]);
    assert.match(findings.at(-1).text, /a runtime answers without the gate: anyone can run its agents/);
    assert.match(findings.at(-1).remedy, /close-the-back-door/);
  });

  it('is open where a single-route runtime answers', async () => {
    const single = await startOrigin({ mode: 'single-route' });
    const { code, opened } = await doctor(urlOf(gates.closed), '--origin', single.url);
    await single.close();
    assert.deepEqual([code, opened], [1, ['origin']]);
  });

  it('is closed where the origin refuses strangers', async () => {
    const closed = await serve(() => [403]);
    const { code, good } = await doctor(urlOf(gates.closed), '--origin', closed);
    assert.equal(code, 0);
    assert.ok(good.includes('origin'));
  });

  it('is looked for at the ORIGIN_URL of an environment', async () => {
    const settings = `[env.staging.vars]\nORIGIN_URL = "${origin.url}"\n`;
    project.write('wrangler.toml', `name = "g"\nmain = "x.js"\ncompatibility_date = "2026-11-01"\n${settings}`);
    const { code, opened } = await doctor(urlOf(gates.closed), '--env', 'staging');
    assert.deepEqual([code, opened], [1, ['origin']]);
  });

  it('tells of a clock of the origin that is off', async () => {
    const date = new Date(Date.now() + 300_000).toUTCString();
    const slow = await serve(() => [401, { date }]);
    const { code, findings } = await doctor(urlOf(gates.closed), '--origin', slow);
    assert.equal(code, 1);
    assert.match(findings.at(-1).text, /^the origin's clock differs by (299|300|301) s from the gate's$/);
  });
});

describe('what is open at a gate', () => {
  it('is /info, if a rule says so; it can be accepted', async () => {
    const url = urlOf(gates.open);
    const { code, opened, findings } = await doctor(url);
    assert.deepEqual([code, opened], [1, ['info']]);
    assert.match(
      findings.find(({ check }) => check === 'info').text,
      /strangers see \/info, with 1 agent\(s\): default/,
    );
    assert.equal((await doctor(url, '--accept', 'info')).code, 0);
    const { stdout } = await project.gate('doctor', url, '--accept', 'info');
    assert.match(stdout, /^! info .*\n +accepted$/m);
  });

  it('is told of a gate that is misconfigured', async () => {
    const { code, opened, findings } = await doctor(urlOf(gates.wrong));
    assert.equal(code, 1);
    assert.ok(opened.includes('health'));
    assert.match(findings.find(({ check }) => check === 'health').text, /misconfigured/);
  });

  it('is nearly all of it where a runtime answers instead', async () => {
    const { code, opened } = await doctor(origin.url);
    assert.equal(code, 1);
    for (const check of ['health', 'token', 'info', 'threads', 'cors']) assert.ok(opened.includes(check), check);
  });

  it('is what no gate does: a private key, everything in any page, a clock that is off', async () => {
    const headers = { 'access-control-allow-origin': '*', date: new Date(Date.now() - 60_000).toUTCString() };
    const url = await serve(() => [200, headers, '{"status":"ok","keys":[{"kty":"EC","d":"x"}],"agents":{}}']);
    const { opened } = await doctor(url);
    assert.deepEqual(opened, ['token', 'info', 'threads', 'events', 'cors', 'keys', 'clock']);
  });

  it('is an answer that names the page', async () => {
    const url = await serve(({ headers }) => [401, { 'access-control-allow-origin': headers.origin ?? '' }]);
    assert.ok((await doctor(url)).opened.includes('cors'));
  });

  it('is nothing that answers at all: exit code 1, and it says so', async () => {
    const { code, findings, good } = await doctor('http://127.0.0.1:1/api/copilotkit');
    assert.equal(code, 1);
    assert.match(findings.find(({ check }) => check === 'health').text, /no gate answers here: no answer \(bad port\)/);
    // What could not be asked is not said to be closed.
    assert.deepEqual(good, []);
    assert.match(findings.find(({ check }) => check === 'threads').text, /^not known: no answer/);
  });
});

describe('what it sends', () => {
  it('changes nothing: it reads, and runs no agent', async () => {
    sent.length = 0;
    await doctor(urlOf(gates.open), '--origin', origin.url);
    await doctor(origin.url, '--origin', origin.url);
    assert.ok(sent.length > 5);
    for (const { method, body } of sent) {
      const isReading = ['GET', 'HEAD', 'OPTIONS'].includes(method);
      const tunnel = { method: 'resource/request', params: { path: '/threads?limit=1', httpMethod: 'GET' } };
      const harmless = [{ method: 'info' }, tunnel].map((envelope) => JSON.stringify(envelope));
      assert.ok(isReading || harmless.includes(body), `${method} ${body}`);
    }
  });
});

describe('arguments that cannot be read', () => {
  for (const [name, args, message] of [
    ['no URL', [], /name one URL/],
    ['no address', ['gate'], /the gate is "gate", but a URL with http or https is needed/],
    ['another scheme', ['ftp://gate.acme.dev'], /but a URL with http or https is needed/],
    ['an origin that is none', ['https://gate.acme.dev', '--origin', 'runtime'], /--origin is "runtime"/],
    ['a check that is none', ['https://gate.acme.dev', '--accept', 'all'], /there is no check "all": https, health/],
    ['an unknown option', ['https://gate.acme.dev', '--fix'], /fix/],
  ]) {
    it(`${name}: exit code 2`, async () => {
      const { code, stderr } = await project.gate('doctor', ...args);
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }
});
