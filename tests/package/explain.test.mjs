// `copilotkit-gate explain`: the gate's own decision about a token, told step by step.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
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

describe('what a token looks like', () => {
  /** What is printed of the token, from `looks` on. */
  async function looks(...claims) {
    const token = await mint(...claims.flatMap((claim) => ['--claim', claim]));
    const { stdout } = await explain(token);
    return stdout.split('\n').filter((line) => /^ {2}(looks|keep out|lives .* long)/.test(line));
  }

  it('is told with the line that keeps its kind out, if it was accepted', async () => {
    const rows = [
      ['nonce=n', 'an ID token (nonce)', 'forbidden_claims = ["nonce"]'],
      ['at_hash=x', 'an ID token (at_hash)', 'forbidden_claims = ["at_hash"]'],
      ['typ=ID', 'an ID token (typ is "ID")', 'claims = { typ = "<what access tokens have>" }'],
      ['azp=bob', "a machine's token (sub is azp)", 'machines = false'],
      ['preferred_username=service-account-svc', 'service account of Keycloak', 'authorized_parties'],
    ];
    for (const [claim, what, line] of rows) {
      const [seen, keepOut] = await looks(claim);
      assert.ok(seen.includes(what), seen);
      assert.ok(keepOut.includes(line), keepOut);
    }
    assert.deepEqual(await looks('role=member'), []);
  });

  it('is told without such a line, if its kind is refused anyway', async () => {
    for (const claim of ['token_type=refresh', 'type=refresh-token', 'typ=Offline', 'tokenType=refresh_token']) {
      const printed = await looks(claim);
      assert.equal(printed.length, 1, claim);
      assert.match(printed[0], /like a refresh token/);
    }
    assert.match((await looks('cnf={"jkt":"x"}'))[0], /bound to a key/);
    assert.match((await looks('events={}'))[0], /security event/);
  });

  it('proposes what the gate then refuses', async () => {
    const settings = project.read('wrangler.toml');
    const token = await mint('--claim', 'nonce=n', '--claim', 'azp=bob');
    for (const [line, reason] of [
      ['forbidden_claims = ["nonce"]', 'claim_forbidden'],
      ['machines = false', 'machine_token'],
    ]) {
      project.write(
        'kept-out.toml',
        settings.replace('audience = "copilotkit"\n', `audience = "copilotkit"\n${line}\n`),
      );
      const { stdout } = await explain(token, '--config', 'kept-out.toml');
      assert.match(stdout, new RegExp(`^✗ claims +${reason}$`, 'm'));
      assert.doesNotMatch(stdout, /keep out/);
    }
  });

  it('has how long it lives, and a word on one that lives for long', async () => {
    assert.match((await explain(await mint('--expires', '300'))).stdout, /^ {2}lives {5}5 minutes$/m);
    const { stdout } = await explain(await mint('--expires', '2592000'));
    assert.match(stdout, /^ {2}lives {5}30 days: long for an access token/m);
    const { looks: none, lifetime } = JSON.parse((await explain(await mint('--expires', '300'), '--json')).stdout);
    assert.deepEqual([none, lifetime], [[], 300]);
  });

  it('is said of tokens that are no signed JWT, with a remedy that fits', async () => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: 'https://login.acme.dev', sub: 'bob', aud: 'copilotkit', exp: 4e9 };
    const signed = (alg) => `${part({ alg })}.${part(claims)}.${'A'.repeat(86)}`;
    const rows = [
      [
        `${part({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`,
        'encrypted_token',
        /an encrypted token/,
        /signed token/,
      ],
      ['CfDJ8MpTsoX0xYtPq1u3', 'token_structure', /AddBearerToken/, /only by the application that made it/],
      [signed('HS512'), 'algorithm_not_allowed', /HS512 beside a key set/, /is it a refresh token\?.*Do not add/],
      [
        signed('http://www.w3.org/2001/04/xmldsig-more#hmac-sha256'),
        'algorithm_not_allowed',
        /^/,
        /SecurityAlgorithms\.HmacSha256 instead of HmacSha256Signature/,
      ],
    ];
    for (const [token, reason, what, change] of rows) {
      const { code, stdout } = await explain(token);
      assert.equal(code, 1, stdout);
      assert.match(stdout, new RegExp(`^Refused: ${reason}\\b`, 'm'));
      assert.match(stdout, what);
      assert.match(/^ {2}change {4}(.*)$/m.exec(stdout)?.[1] ?? '', change);
      assert.doesNotMatch(stdout, /add the algorithm to/);
    }
  });
});

describe('a token by a shared secret', () => {
  const text = '0123456789abcdef'.repeat(4);
  const keys = { text: Buffer.from(text), hex: Buffer.from(text, 'hex'), base64url: Buffer.from(text, 'base64url') };
  const token = (key) => {
    const claims = { iss: 'https://login.acme.dev', aud: 'copilotkit', sub: 'bob', exp: 4e9 };
    const input = [{ alg: 'HS256' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
  };
  const configure = (encoding) =>
    project.write(
      'shared.toml',
      project
        .read('wrangler.toml')
        .replace('required = ["THREAD_KEY"]', 'required = ["THREAD_KEY", "JWT_SECRET"]')
        .replace(
          'audience = "copilotkit"\n',
          `audience = "copilotkit"\nsecret = "JWT_SECRET"\n${encoding ? `secret_encoding = "${encoding}"\n` : ''}`,
        ),
    );
  const shared = (key) => project.gateWith(token(key), 'explain', '-', '--config', 'shared.toml');

  it('verifies with the encoding that explain names, where the settings have another', async () => {
    const dev = project.read('.dev.vars');
    project.write('.dev.vars', `${dev}\nJWT_SECRET="${text}"\n`);
    try {
      for (const [right, key] of Object.entries(keys)) {
        for (const wrong of [undefined, 'base64url', 'text', 'hex'].filter((each) => (each ?? 'base64url') !== right)) {
          configure(wrong);
          const { code, stdout } = await shared(key);
          assert.equal(code, 1, stdout);
          assert.match(stdout, new RegExp(`verifies with secret_encoding = "${right}" in ISSUERS\\[0\\]`));
          assert.match(stdout, /^ {2}change {4}set secret_encoding$/m);
          assert.ok(!stdout.includes(text));
        }
        configure(right);
        assert.equal((await shared(key)).code, 0);
      }
      configure('text');
      const { stdout } = await shared(Buffer.alloc(32, 7));
      assert.match(stdout, /^Refused: bad_signature/m);
      assert.doesNotMatch(stdout, /secret_encoding/);
    } finally {
      project.write('.dev.vars', dev);
    }
  });

  it('cannot be verified where the secret has no value, which is said', async () => {
    configure('text');
    const { stdout } = await shared(keys.text);
    assert.match(stdout, /^ {2}secret {4}JWT_SECRET has no value here/m);
  });
});
