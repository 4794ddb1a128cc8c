// `copilotkit-gate explain`: the gate's own decision about a token, told step by step.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { OPTIONS, Project } from './support/project.mjs';

const RULES = `
[[vars.RULES]]
name = "ops-admins"
agents = ["ops-*"]
require = { roles = ["admin"] }
`;

let project;
before(async () => {
  project = new Project();
  await project.gate('init', ...OPTIONS);
  // After the issuer, the last thing of the top level's vars.
  project.write(
    'wrangler.toml',
    project.read('wrangler.toml').replace('audience = "copilotkit"\n', `audience = "copilotkit"\n${RULES}`),
  );
  const { code, stdout } = await project.gate('check', '--env', '');
  assert.equal(code, 0, stdout);
});
after(() => project.remove());

async function mint(...args) {
  // With both given, the settings need not be read; what follows wins.
  const issuer = OPTIONS.slice(0, 4);
  const { code, stdout, stderr } = await project.gate('mint', '--sub', 'bob', ...issuer, ...args);
  assert.equal(code, 0, stderr);
  return stdout.trim();
}
const explain = (token, ...args) => project.gateWith(token, 'explain', '-', '--keys', 'jwks.json', ...args);

describe('explain', () => {
  it('prints nothing of a token that steers the terminal, and survives times that no calendar has', async () => {
    const hostile = '\u001b]0;x\u0007\u007f\u009b\u2028\u061c\u200e\u202e\u2066';
    // The key set that the others share.
    await mint();
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = [
      { alg: 'ES256', kid: hostile },
      { iss: hostile, sub: hostile, exp: 1e300 },
    ]
      .map(part)
      .join('.');
    for (const more of [[], ['--json']]) {
      const { code, stdout, stderr } = await explain(`${token}.AAAA`, ...more);
      assert.equal(code, 1, stderr);
      assert.deepEqual(
        [...hostile.replace(/[\]0;x]/g, '')].filter((control) => `${stdout}${stderr}`.includes(control)),
        [],
      );
      assert.match(stdout, /\\u202e/);
    }
  });

  it('lists every step of a token that passes, the headers and the body', async () => {
    const token = await mint('--claim', 'role=member');
    const { code, stdout } = await explain(token, '--operation', 'agent/run', '--agent', 'default');
    assert.equal(code, 0, stdout);
    for (const step of [
      'credential',
      'token',
      'issuer',
      'algorithm',
      'key',
      'signature',
      'claims',
      'identity',
      'rules',
      'upstream',
    ]) {
      assert.match(stdout, new RegExp(`^✓ ${step}`, 'm'));
    }
    assert.match(stdout, /x-user-id: bob/);
    assert.match(stdout, /x-user-role: member/);
    assert.match(stdout, /POST https:\/\/runtime\.acme\.dev\/api\/copilotkit\/agent\/default\/run/);
  });

  it('names the rule that refuses, and what is lacking', async () => {
    const token = await mint('--claim', 'role=member');
    const { code, stdout } = await explain(token, '--operation', 'agent/run', '--agent', 'ops-shell');
    assert.equal(code, 1);
    assert.match(stdout, /^✗ rules +rule_denied$/m);
    assert.match(stdout, /RULES\[0\] \(ops-admins\)/);
    assert.match(stdout, /lacks +\{"roles":\["admin"\]\}/);
  });

  it('names the rule that lets pass', async () => {
    const token = await mint('--claim', 'role=admin');
    const { code, stdout } = await explain(token, '--operation', 'agent/run', '--agent', 'ops-shell');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^✓ rules +RULES\[0\] \(ops-admins\) allows it$/m);
    assert.match(stdout, /^Allowed by RULES\[0\] \(ops-admins\)$/m);
  });

  it('names the exact step, reason and setting of other refusals', async () => {
    const cases = [
      [await mint('--audience', 'elsewhere'), 'claims', 'wrong_audience', /expected +copilotkit/],
      [
        await mint('--issuer', 'https://evil.acme.dev'),
        'issuer',
        'unknown_issuer',
        /expected +https:\/\/login\.acme\.dev/,
      ],
      [await mint('--claim', 'cnf={"jkt":"x"}'), 'claims', 'bound_token', /RFC 9449/],
      [`${(await mint()).slice(0, -8)}AAAAAAAA`, 'signature', 'bad_signature', /RFC 7515/],
      ['not.a.token', 'token', 'token_structure', /opaque/],
    ];
    for (const [token, step, reason, more] of cases) {
      const { code, stdout } = await explain(token);
      assert.equal(code, 1, stdout);
      assert.match(stdout, new RegExp(`^✗ ${step} +${reason}$`, 'm'));
      assert.match(stdout, more);
    }
  });

  it('plays at another time', async () => {
    const token = await mint('--expires', '60');
    const { code, stdout } = await explain(token, '--at', '2099-01-01T00:00:00Z');
    assert.equal(code, 1);
    assert.match(stdout, /^✗ claims +token_expired$/m);
  });

  it('never prints the token or its signature, not even as an argument', async () => {
    const token = await mint();
    const signature = token.split('.')[2];
    project.write(
      'token-in-body.toml',
      `${project.read('wrangler.toml')}\n`.replace(
        '[vars]\n',
        '[vars]\nIDENTITY_BODY = { "/state/token" = "$token" }\n',
      ),
    );
    for (const args of [
      ['-'],
      [token],
      ['-', '--json'],
      ['-', '--config', 'token-in-body.toml', '--operation', 'agent/run'],
    ]) {
      const { stdout, stderr } = await project.gateWith(token, 'explain', ...args, '--keys', 'jwks.json');
      assert.ok(!`${stdout}${stderr}`.includes(signature), args.join(' '));
      if (args[0] === token) assert.match(stderr, /a token is a credential/);
    }
  });

  it('without keys does not decide, and says what is needed', async () => {
    const { code, stderr } = await project.gateWith(await mint(), 'explain', '-');
    assert.equal(code, 2);
    assert.match(stderr, /--keys FILE/);
  });

  it('without a token says what such a caller gets', async () => {
    const { code, stdout } = await project.gate('explain', '--no-token');
    assert.equal(code, 1);
    assert.match(stdout, /✗ credential +missing_token/);
  });
});
