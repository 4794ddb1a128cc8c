// `copilotkit-gate mint` and `decide`: tokens and tables of cases, for trying rules without a provider.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
  const { code, stdout, stderr } = await project.gate('mint', '--sub', 'bob', ...args);
  assert.equal(code, 0, stderr);
  return stdout.trim();
}
const explain = (token, ...args) => project.gateWith(token, 'explain', '-', '--keys', 'jwks.json', ...args);

describe('mint', () => {
  it('makes a set that serves several tokens, and keeps no private key', async () => {
    const [first, second] = [await mint(), await mint()];
    for (const token of [first, second]) assert.equal((await explain(token)).code, 0);
    assert.doesNotMatch(project.read('jwks.json'), /"d"/);
  });

  it('fills in claims that the issuer requires, also below others', async () => {
    const config = project.read('wrangler.toml');
    const required = 'required_claims = ["scp", "custom.role"]\n';
    project.write('wrangler.toml', config.replace('audience = "copilotkit"\n', `audience = "copilotkit"\n${required}`));
    const { code, stdout } = await explain(await mint('--claim', 'scp=run'));
    project.write('wrangler.toml', config);
    assert.equal(code, 0, stdout);
  });

  it('makes what the issuer accepts: one of its algorithms, and its typ', async () => {
    const narrow = 'algorithms = ["RS256"]\ntyp = ["access+jwt"]\n';
    const config = project.read('wrangler.toml');
    project.write('wrangler.toml', config.replace('audience = "copilotkit"\n', `audience = "copilotkit"\n${narrow}`));
    const { code, stdout } = await explain(await mint());
    project.write('wrangler.toml', config);
    assert.equal(code, 0, stdout);
  });

  it('refuses bad input in one line', async () => {
    for (const args of [
      [],
      ['--sub', 'a', '--alg', 'none'],
      ['--sub', 'a', '--claim', 'role'],
      ['--sub', 'a', '--expires', 'x'],
    ]) {
      const { code, stderr } = await project.gate('mint', ...args);
      assert.equal(code, 2);
      assert.match(stderr, /^✗ .+\n$/);
    }
  });
});

describe('operations of the settings', () => {
  const operations = `
[[vars.OPERATIONS]]
name = "threads/rename"
method = "PATCH"
path = "/threads/{thread}/rename"

[[vars.OPERATIONS]]
name = "agent/resume"
method = "POST"
path = "/agent/{agent}/resume"
body = "agent-input"

[[vars.RULES]]
operations = ["threads/rename"]
allow = "authenticated"
`;

  it('are known to explain and decide', async () => {
    const usual = project.read('wrangler.toml');
    project.write('wrangler.toml', usual.replace(RULES, `${RULES}${operations}`));
    try {
      const known = await explain(await mint(), '--operation', 'threads/rename', '--thread', 't', '--json');
      assert.equal(known.code, 0, known.stdout);
      const { upstream } = JSON.parse(known.stdout);
      assert.equal(upstream.method, 'PATCH');
      assert.match(upstream.url, /\/threads\/[0-9a-f-]{36}\/rename$/);
      const denied = await explain(await mint(), '--operation', 'agent/resume', '--agent', 'a', '--json');
      assert.equal(JSON.parse(denied.stdout).decision.reason, 'rule_denied');
      const unknown = await explain(await mint(), '--operation', 'threads/paint');
      assert.equal(unknown.code, 2);
      assert.match(unknown.stderr, /threads\/rename, agent\/resume/);
      const cases = [
        { who: 'bob', operation: 'threads/rename', thread: 't', expect: 'allow' },
        { who: 'bob', operation: 'agent/resume', agent: 'a', expect: 'rule_denied' },
        { who: 'nobody', operation: 'threads/rename', thread: 't', expect: 'missing_token' },
      ];
      project.write('operations.json', JSON.stringify({ users: { bob: {} }, cases }));
      const { code, stdout } = await project.gate('decide', 'operations.json');
      assert.equal(code, 0, stdout);
    } finally {
      project.write('wrangler.toml', usual);
    }
  });
});

describe('decide', () => {
  it('runs the example that init has written', async () => {
    assert.ok(existsSync(join(project.folder, 'gate.cases.yaml')));
    const { code, stdout } = await project.gate('decide', 'gate.cases.yaml');
    assert.equal(code, 0, stdout);
  });

  it('tells what is taken out of a body, and what lets it pass', async () => {
    const forwardedProps = { theme: 'dark', auth_user: 'x', command: { goto: 'x' }, streamMode: ['debug'] };
    const document = { type: 'document', source: { type: 'url', value: 'http://127.0.0.1/' } };
    const messages = [
      { role: 'system', content: 'x' },
      { role: 'user', content: [document, { type: 'text', text: 'x' }] },
    ];
    const body = { threadId: 't', forwardedProps, messages, thread_id: 'x' };
    const cases = [{ who: 'bob', agent: 'faq', body, expect: 'allow' }];
    project.write('bodies.json', JSON.stringify({ users: { bob: {} }, cases }));
    const { code, stdout } = await project.gate('decide', 'bodies.json');
    assert.equal(code, 0, stdout);
    for (const line of [
      'thread_id; what lets it pass: none: it is another spelling of a member of AG-UI',
      'forwardedProps.theme; what lets it pass: PROPERTIES with "theme"',
      'forwardedProps.auth_user; what lets it pass: none: it says who the caller is',
      'forwardedProps.command.goto; what lets it pass: none: it reveals or redirects a run',
      'messages.system; what lets it pass: MESSAGE_ROLES with "system"',
      'messages.url; what lets it pass: ATTACHMENT_URLS with its origin',
    ]) {
      assert.ok(stdout.includes(`  taken out: ${line}\n`), `${line}\nis not in\n${stdout}`);
    }
    const { cases: results } = JSON.parse((await project.gate('decide', 'bodies.json', '--json')).stdout);
    assert.ok(results[0].dropped.includes('messages.system'));
    project.write('body.json', JSON.stringify(body));
    const explained = await explain(await mint(), '--operation', 'agent/run', '--body', 'body.json');
    assert.match(explained.stdout, /taken out messages\.system; what lets it pass: MESSAGE_ROLES with "system"/);
  });

  it('tells each case in a line, and fails where one differs', async () => {
    const users = { alice: { role: 'admin' }, bob: { role: 'member' } };
    const cases = [
      { who: 'bob', agent: 'ops-shell', expect: 'rule_denied', rule: 0 },
      { who: 'alice', agent: 'ops-shell', expect: 'allow', rule: 'ops-admins' },
      { who: 'alice', agent: 'other', expect: 'allow', rule: 'ops-admins' },
      { who: 'alice', agent: 'ops-shell', expect: 'deny' },
    ];
    project.write('cases.json', JSON.stringify({ users, cases }));
    const { code, stdout } = await project.gate('decide', 'cases.json');
    assert.equal(code, 1);
    assert.match(stdout, /^✓ bob may not run ops-shell: rule_denied by rule 0 \(ops-admins\)$/m);
    assert.match(stdout, /^✓ alice may run ops-shell: allowed by rule 0 \(ops-admins\)$/m);
    assert.match(stdout, /^✗ alice may run other: allowed by default; expected allow by rule ops-admins$/m);
    assert.match(stdout, /^✗ alice may run ops-shell: allowed by rule 0 \(ops-admins\); expected deny$/m);
  });

  it('refuses a table that cannot be read', async () => {
    for (const text of [
      'cases: []',
      'cases: [{ who: bob }]',
      'cases: [{ who: eve, expect: allow }]',
      '{',
      'cases: [{ who: nobody, expects: allow }]',
      'cases: [{ who: nobody, expect: missing_tokens }]',
    ]) {
      project.write('bad.yaml', text);
      const { code, stderr } = await project.gate('decide', 'bad.yaml');
      assert.equal(code, 2, text);
      assert.match(stderr, /^✗ bad\.yaml.*[^:]$/m);
    }
    assert.match((await project.gate('decide', 'node_modules')).stderr, /^✗ node_modules cannot be read: EISDIR$/m);
  });
});

describe('an issuer with shared secrets', () => {
  const text = '0123456789abcdef'.repeat(4);
  const config = (secret, encoding) => `name = "g"
main = "node_modules/copilotkit-gate/build/index.js"
compatibility_date = "2026-11-01"
[vars]
ORIGIN_URL = "https://runtime.acme.dev/api/copilotkit"
[[vars.ISSUERS]]
issuer = "https://login.acme.dev"
audience = "copilotkit"
secret = ${secret}
${encoding ? `secret_encoding = "${encoding}"` : ''}
`;
  let dev;
  before(() => {
    dev = project.read('.dev.vars');
    project.write('shared.json', JSON.stringify({ users: { bob: {} }, cases: [{ who: 'bob', expect: 'allow' }] }));
  });
  after(() => project.write('.dev.vars', dev));

  for (const secret of ['"FIRST"', '["FIRST", "SECOND"]']) {
    for (const encoding of [undefined, 'base64url', 'text', 'hex']) {
      it(`secret = ${secret}, secret_encoding = ${encoding}: decide and mint sign as it does`, async () => {
        project.write('shared.toml', config(secret, encoding));
        project.write('.dev.vars', `FIRST="${text}"\nSECOND="${text.toUpperCase()}"\n`);
        const decided = await project.gate('decide', 'shared.json', '--config', 'shared.toml');
        assert.equal(decided.code, 0, decided.stdout);
        const { code, stdout } = await project.gateWith(
          await mint('--config', 'shared.toml'),
          ...['explain', '-', '--config', 'shared.toml'],
        );
        assert.equal(code, 0, stdout);
      });
    }
  }

  it('whose values are not here: decide needs none, mint names the secret', async () => {
    project.write('shared.toml', config('"FIRST"'));
    project.write('.dev.vars', '');
    assert.equal((await project.gate('decide', 'shared.json', '--config', 'shared.toml')).code, 0);
    const { code, stderr } = await project.gate('mint', '--sub', 'bob', '--config', 'shared.toml');
    assert.equal(code, 2);
    assert.match(stderr, /^✗ ISSUERS\[0\] has the shared secret FIRST, which has no value here/);
  });
});
