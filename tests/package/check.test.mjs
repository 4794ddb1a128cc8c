// `copilotkit-gate check`: what the gate itself would say of the settings, for each environment, with file and line.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { html, startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { OPTIONS, Project } from './support/project.mjs';

let project;
before(async () => {
  project = new Project();
  const { code, stderr } = await project.gate('init', ...OPTIONS, '--domain', 'gate.acme.dev');
  assert.equal(code, 0, stderr);
});
after(() => project.remove());

/** Checks this configuration; resolves to what `--json` says and the exit code. */
async function check(config, ...args) {
  const name = config.trimStart().startsWith('{') ? 'case.jsonc' : 'case.toml';
  project.write(name, config);
  const { code, stdout, stderr } = await project.gate('check', '--config', name, '--json', ...args);
  assert.ok(stdout, stderr);
  return { code, ...JSON.parse(stdout) };
}

const toml = (vars, rest = '') => `name = "g"
main = "node_modules/copilotkit-gate/build/index.js"
compatibility_date = "2026-11-01"
${rest}
[env.production.vars]
ORIGIN_URL = "https://runtime.acme.dev/api/copilotkit"
${vars}
`;
const ISSUER = '[[env.production.vars.ISSUERS]]\nissuer = "https://login.acme.dev"\naudience = "copilotkit"';
const advice = ({ environments }) => environments.at(-1).advice.map(({ advice }) => advice);

describe('what init has written', () => {
  it('is sound in every environment, with nothing to advise', async () => {
    const { code, stdout } = await project.gate('check');
    assert.equal(code, 0, stdout);
    assert.deepEqual(stdout.match(/✓ sound/g)?.length, 4, stdout);
    assert.doesNotMatch(stdout, /!|✗/);
  });
});

describe('arguments', () => {
  it('that the command does not have end with those that it has', async () => {
    const right = 'the options are --config, --env, --backend, --live, --json and --help';
    for (const [args, wrong] of [
      [['--envs', 'a'], "Unknown option '--envs'"],
      [['production'], "Unexpected argument 'production'"],
      [['--config'], "Option '-c, --config <value>' argument missing"],
    ]) {
      const { code, stderr } = await project.gate('check', ...args);
      assert.deepEqual([code, stderr], [2, `✗ ${wrong}: ${right}\n`]);
    }
  });
});

describe('the help of a command', () => {
  for (const command of ['init', 'check', 'explain', 'mint', 'decide', 'secrets', 'doctor', 'logs']) {
    it(`${command}: its lines fit a wide terminal`, async () => {
      const { code, stdout } = await project.gate(command, '--help');
      assert.equal(code, 0);
      assert.deepEqual(
        stdout.split('\n').filter((line) => line.length > 130),
        [],
      );
    });
  }
});

describe('faults', () => {
  it('of the file itself have their line, and end with 2', async () => {
    project.write('broken.toml', 'name = "g"\nname = "h"\n');
    project.write('broken.jsonc', '{\n  "name": }');
    for (const [file, line] of Object.entries({ 'broken.toml': 2, 'broken.jsonc': 2 })) {
      const { code, stderr } = await project.gate('check', '--config', file);
      assert.equal(code, 2, stderr);
      assert.ok(stderr.startsWith(`✗ ${file}:${line}: `), stderr);
    }
    const { code, stderr } = await project.gate('check', '--config', 'node_modules');
    assert.deepEqual([code, stderr], [2, '✗ node_modules is not a file\n']);
  });

  it('have their line in a file with a byte order mark, too', async () => {
    const { environments } = await check(`\uFEFF${toml(`ORIGIN_MODE = "both"\n${ISSUER}`)}`);
    assert.equal(environments.at(-1).faults[0].line, 7);
  });

  it('of a missing setting bring no advice about a value that nobody wrote', async () => {
    const { environments } = await check(toml(''));
    const { faults, advice } = environments.at(-1);
    assert.deepEqual(
      faults.map(({ setting }) => setting),
      ['ISSUERS'],
    );
    assert.doesNotMatch(JSON.stringify(advice), /ISSUERS/);
  });

  it('are all named, each with file, line, and what would be right', async () => {
    const { code, environments } = await check(
      toml(`ORIGIN_MODE = "both"
${ISSUER}
leeway = "long"
[[env.production.vars.ISSUERS]]
issuer = "https://other.acme.dev"
[[env.production.vars.RULES]]
allow = "everyone"
[[env.production.vars.RULES]]
operations = ["agent/fly"]
allow = "nobody"`),
      '--env',
      'production',
    );
    assert.equal(code, 1);
    const found = environments[0].faults.map(({ setting, line }) => [setting, line]).sort();
    assert.deepEqual(found, [
      ['ISSUERS[0].leeway', 11],
      ['ISSUERS[1].audience', 12],
      ['ORIGIN_MODE', 7],
      ['RULES[0].allow', 15],
      ['RULES[1].operations', 17],
    ]);
    for (const { remedy } of environments[0].faults) assert.ok(remedy.length > 5);
  });

  it('have lines in JSON with comments, too', async () => {
    const config = `{
  // a comment
  "name": "g", "main": "x.js", "compatibility_date": "2026-11-01",
  "vars": {
    "ORIGIN_URL": "https://runtime.acme.dev",
    "ISSUERS": [
      { "issuer": "https://login.acme.dev" }
    ]
  }
}`;
    const { code, environments } = await check(config);
    assert.equal(code, 1);
    assert.deepEqual(
      environments[0].faults.map(({ setting, line }) => [setting, line]),
      [['ISSUERS[0].audience', 7]],
    );
  });

  it('of a rule that can never decide', async () => {
    const rule = '[[env.production.vars.RULES]]\nallow = "nobody"';
    const { environments } = await check(toml(`${ISSUER}\n${rule}\n${rule}`), '--env', 'production');
    assert.match(environments[0].faults[0].fault, /can never decide anything/);
    assert.equal(environments[0].faults[0].setting, 'RULES[1]');
  });

  it('of operations are each named once, and rules may name those that are at fault', async () => {
    const { environments } = await check(
      toml(`${ISSUER}
[[env.production.vars.OPERATIONS]]
name = "threads/rename"
method = "TRACE"
path = "/threads/{thread}/rename"
[[env.production.vars.OPERATIONS]]
name = "info"
method = "POST"
path = "/x"
[[env.production.vars.OPERATIONS]]
name = "y"
method = "POST"
path = "/x/info"
[[env.production.vars.RULES]]
operations = ["threads/rename", "y"]
allow = "authenticated"`),
      '--env',
      'production',
    );
    assert.deepEqual(
      environments[0].faults.map(({ setting }) => setting),
      ['OPERATIONS[0].method', 'OPERATIONS[1].name', 'OPERATIONS[2].path'],
    );
  });

  it('of a secret never show it', async () => {
    const secret = 'c2VjcmV0LXRoYXQtaXMtdG9vLXNob3J0';
    project.write('.dev.vars', `THREAD_KEY="${secret}"\n`);
    const { code, stdout, stderr } = await project.gate('check', '--env', '');
    assert.equal(code, 1);
    assert.match(stdout, /THREAD_KEY is not a usable key/);
    assert.ok(!`${stdout}${stderr}`.includes(secret));
  });
});

describe('advice', () => {
  it('names threads that are shared, and what the platform lacks', async () => {
    const result = await check(toml(ISSUER), '--env', 'production');
    assert.equal(result.code, 0);
    assert.deepEqual(advice(result).sort(), ['logs_off', 'no_cron', 'no_kv', 'shared_threads']);
  });

  it('names demo values in a deployed environment', async () => {
    const demo =
      '[[env.production.vars.ISSUERS]]\nissuer = "http://localhost:4001"\naudience = "urn:copilotkit-gate:demo"';
    assert.ok(advice(await check(toml(demo), '--env', 'production')).includes('demo_values'));
  });

  it('names a cookie without origins, a rule that only reports, and a secret that is not declared', async () => {
    const vars = `TOKEN_COOKIE = "__Host-token"
[[env.production.vars.ISSUERS]]
issuer = "https://legacy.acme.dev"
audience = "copilotkit"
secret = "LEGACY_KEY"
[[env.production.vars.RULES]]
operations = ["info"]
allow = "nobody"
mode = "report"`;
    const found = advice(await check(toml(vars), '--env', 'production'));
    for (const each of ['cookie_without_origins', 'report_rule', 'undeclared_secret'])
      assert.ok(found.includes(each), each);
  });

  it('takes a secret of the Secrets Store for one that is set', async () => {
    const stored = (name) => `
[[env.production.secrets_store_secrets]]
binding = "${name}"
store_id = "store"
secret_name = "of-the-gate"`;
    const vars = `THREADS = "isolated"
[[env.production.vars.ISSUERS]]
issuer = "https://legacy.acme.dev"
audience = "copilotkit"
secret = "LEGACY_KEY"`;
    const without = await check(toml(vars), '--env', 'production');
    assert.equal(advice(without).filter((each) => each === 'undeclared_secret').length, 2);
    const all = ['THREAD_KEY', 'LEGACY_KEY', 'ASSERTION_KEY', 'ORIGIN_HEADERS'].map(stored).join('');
    const { code, ...result } = await check(toml(vars + all), '--env', 'production');
    assert.equal(code, 0);
    assert.ok(!advice(result).includes('undeclared_secret'));
  });

  it('says who refuses the assertions of an Ed25519 key, and a set with one beside an ES256 key', async () => {
    const make = (type, options) => generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' });
    const [ed, ec] = [make('ed25519'), make('ec', { namedCurve: 'P-256' })];
    const found = async (key) => {
      const checked = await check(toml(`ASSERTION_KEY = '${JSON.stringify(key)}'\n${ISSUER}`), '--env', 'production');
      return checked.environments[0].advice.find((each) => each.advice === 'ed25519_assertions')?.text;
    };
    assert.match(
      await found(ed),
      /Ed25519 key: Spring Security, .*JwtBearer.* refuse its assertions\. Use ES256 alone/,
    );
    assert.match(await found({ keys: [ed, ec] }), /refuse its assertions, and node-jose, Tink .* refuse a key set/);
    assert.match(await found({ keys: [ec, ed] }), /Ed25519 key: node-jose, Tink and fusionauth-jwt refuse a key set/);
    assert.equal(await found(ec), undefined);
  });

  it('names a limit whose period is not that of its binding', async () => {
    const vars = (period) => `${ISSUER}
[[env.production.vars.RULES]]
operations = ["agent/run"]
allow = "authenticated"
limit = { binding = "RUNS", period = ${period} }
[[env.production.ratelimits]]
name = "RUNS"
namespace_id = "1002"
simple = { limit = 10, period = 60 }`;
    const checked = (period) => check(toml(vars(period)), '--env', 'production');
    assert.ok(!advice(await checked(60)).includes('limit_period'));
    assert.ok(advice(await checked(10)).includes('limit_period'));
    const { faults } = (await checked(30)).environments[0];
    assert.deepEqual(
      faults.map(({ setting }) => setting),
      ['RULES[0].limit.period'],
    );
  });

  it('says what one user can displace where no rule limits runs', async () => {
    const limit = `
[[env.production.vars.RULES]]
operations = ["agent/*"]
allow = "authenticated"
limit = "RUNS"`;
    const notes = async (vars) =>
      (await check(toml(vars), '--env', 'production')).environments[0].notes.filter(
        ({ note }) => note === 'displaceable_threads',
      );
    const [{ text }] = await notes(ISSUER);
    assert.match(text, /1,000 threads.*limit on agent\/run and agent\/suggest/);
    const bound = `
[[env.production.ratelimits]]
name = "RUNS"
namespace_id = "1002"
simple = { limit = 10, period = 60 }`;
    assert.deepEqual(await notes(`${ISSUER}${limit}${bound}`), []);
  });

  it('asks of an issuer that looks at the audience alone which tokens it would accept', async () => {
    const noted = async (more) => {
      const { environments } = await check(toml(`${ISSUER}\n${more}`), '--env', 'production');
      return environments[0].notes.filter(({ note }) => note === 'any_kind_of_token').map(({ text }) => text);
    };
    const [text] = await noted('');
    assert.match(text, /^ISSUERS\[0\] has an audience and none of typ, claims, /);
    for (const line of [
      'typ = "at+jwt"',
      'claims = { token_use = "access" }',
      'required_claims = "scope"',
      'forbidden_claims = ["nonce"]',
      'authorized_parties = "web"',
    ]) {
      assert.deepEqual(await noted(line), [], line);
    }
    assert.equal((await noted('machines = false')).length, 1);
  });

  it('asks of a secret in hex digits that is read as base64url how it is written, and never shows it', async () => {
    const hex = '0123456789abcdef'.repeat(4);
    const asked = async (value, more = '') => {
      project.write('.dev.vars', `JWT_SECRET="${value}"\n`);
      const vars = `[vars]\nORIGIN_URL = "https://runtime.acme.dev/api/copilotkit"\nTHREADS = "shared"
[[vars.ISSUERS]]\nissuer = "https://login.acme.dev"\naudience = "copilotkit"\nsecret = "JWT_SECRET"\n${more}`;
      const config = `name = "g"\nmain = "x.js"\ncompatibility_date = "2026-11-01"\n${vars}`;
      const { environments } = await check(config, '--env', '');
      const found = environments[0].advice.filter((each) => each.advice === 'secret_encoding');
      assert.ok(!JSON.stringify(environments).includes(value));
      return found.map(({ text, line }) => [text.split(' ')[2], line > 0]);
    };
    try {
      assert.deepEqual(await asked(hex), [['JWT_SECRET', true]]);
      assert.deepEqual(await asked(hex.toUpperCase()), [['JWT_SECRET', true]]);
      for (const encoding of ['hex', 'text']) {
        assert.deepEqual(await asked(hex, `secret_encoding = "${encoding}"`), [], encoding);
      }
      assert.deepEqual(await asked(Buffer.from(hex).toString('base64url')), []);
    } finally {
      rmSync(join(project.folder, '.dev.vars'));
    }
  });

  it('names a limit that counts runs and no suggestions, which run the agent as well', async () => {
    const rule = (operations) => `
[[env.production.vars.RULES]]
operations = ${JSON.stringify(operations)}
allow = "authenticated"
limit = "RUNS"`;
    const limited = async (...rules) => {
      const bound = `\n[[env.production.ratelimits]]\nname = "RUNS"\nnamespace_id = "1002"\nsimple = { limit = 10, period = 60 }`;
      const checked = await check(toml(`${ISSUER}${rules.map(rule).join('')}${bound}`), '--env', 'production');
      return checked.environments[0].advice.filter((each) => each.advice === 'limit_of_one').map(({ text }) => text);
    };
    const [text, ...others] = await limited(['agent/run']);
    assert.match(text, /^RULES\[0\]\.limit does not count agent\/suggest/);
    assert.deepEqual(others, []);
    assert.match((await limited(['agent/suggest']))[0], /does not count agent\/run/);
    for (const rules of [
      [['agent/run', 'agent/suggest']],
      [['agent/*']],
      [['agent/run'], ['agent/suggest']],
      [['info']],
    ]) {
      assert.deepEqual(await limited(...rules), []);
    }
  });

  it('names properties that are open or name the caller, roles that instruct, and addresses of the inside', async () => {
    const vars = (settings) => `${settings}\n${ISSUER}`;
    const found = async (settings) => advice(await check(toml(vars(settings)), '--env', 'production'));
    const usual = await found('');
    const more = async (settings) => (await found(settings)).filter((each) => !usual.includes(each));
    assert.deepEqual(await more('PROPERTIES = ["theme", "user*", "config.configurable.model"]'), []);
    assert.deepEqual(await more('PROPERTIES = ["*"]'), ['open_properties']);
    const callers = ['caller_property', 'caller_property'];
    assert.deepEqual(await more('PROPERTIES = ["tenantId", "config.configurable.role"]'), callers);
    assert.deepEqual(await more('MESSAGE_ROLES = ["user", "assistant", "tool"]'), []);
    assert.deepEqual(await more('MESSAGE_ROLES = ["user", "system"]'), ['instructing_role']);
    assert.deepEqual(await more('ATTACHMENT_URLS = ["https://files.acme.dev", "https://*.cdn.acme.dev"]'), []);
    for (const inner of [
      ...['*', 'http://files.acme.dev', 'https://localhost', 'https://127.0.0.1:8443', 'https://10.1.2.3'],
      ...['https://192.168.0.7', 'https://172.31.0.1', 'https://169.254.169.254', 'https://[::1]', 'https://[fd00::1]'],
      ...['https://[fe80::1]', 'https://*.corp.internal', 'https://100.64.0.1', 'https://[::ffff:7f00:1]'],
    ]) {
      assert.deepEqual(await more(`ATTACHMENT_URLS = ["${inner}"]`), ['inner_address'], inner);
    }
    const { environments } = await check(toml(vars('MESSAGE_ROLES = ["system"]')), '--env', 'production');
    const { text } = environments[0].advice.find((each) => each.advice === 'instructing_role');
    for (const name of ['ag2', 'google-adk', 'langgraph-platform']) assert.ok(text.includes(name), text);
  });

  it('names patterns of origins that cover hosts of strangers', async () => {
    const found = async (origins, parties = origins) => {
      const own = `ALLOWED_ORIGINS = ${JSON.stringify(origins)}\n${ISSUER}\nauthorized_parties = ${JSON.stringify(parties)}`;
      const { environments } = await check(toml(own), '--env', 'production');
      return environments.at(-1).advice.filter((each) => each.advice === 'shared_suffix');
    };
    const own = ['https://*.acme.pages.dev', 'https://app.acme.dev', 'https://acme.vercel.app', 'app://localhost'];
    assert.deepEqual(await found(own), []);
    const shared = ['vercel.app', 'pages.dev', 'workers.dev', 'netlify.app', 'railway.app'].map(
      (name) => `https://*.${name}`,
    );
    const advised = await found([...own, ...shared], ['https://*.vercel.app']);
    assert.deepEqual(
      advised.map(({ setting, text }) => [setting, text.match(/https:\S+(?=: everybody can have a host)/)?.[0]]),
      [...shared.map((name) => ['ALLOWED_ORIGINS', name]), ['ISSUERS[0].authorized_parties', 'https://*.vercel.app']],
    );
  });

  it('names an upstream without https, and what is wrong about the address', async () => {
    const bound = `${ISSUER}
[[env.production.services]]
binding = "ORIGIN"
service = "runtime"
[env.production.cache]
enabled = true
[env.production]
`;
    const plain = toml(bound).replace('https://runtime', 'http://runtime');
    const found = async (address) => advice(await check(`${plain}${address}`, '--env', 'production'));
    const nowhere = await found('workers_dev = false');
    for (const each of ['http_origin', 'cache_on', 'no_address']) assert.ok(nowhere.includes(each), each);
    const twice = await found('workers_dev = true\nroute = "gate.acme.dev/*"');
    assert.ok(twice.includes('second_address'), twice.join());
  });

  it('names a secret that has no value on this machine', async () => {
    rmSync(join(project.folder, '.dev.vars'), { force: true });
    const { code, environments } = await check(project.read('wrangler.toml'), '--env', '');
    assert.equal(code, 0);
    assert.deepEqual(
      environments[0].advice.map(({ advice }) => advice),
      ['secret_without_value'],
    );
  });

  it('names a setting that is misspelt', async () => {
    const result = await check(toml(`ALOWED_ORIGINS = ["https://app.acme.dev"]\n${ISSUER}`), '--env', 'production');
    assert.match(
      result.environments[0].advice.find(({ advice }) => advice === 'unknown_setting').text,
      /ALLOWED_ORIGINS is/,
    );
  });
});

describe('--live', () => {
  const keys = [makeKey('ES256', { kid: 'good' }), makeKey('ES256', { kid: 'encrypts', use: 'enc' })];
  let provider;
  before(async () => {
    provider = await startProvider(...keys);
  });
  after(() => provider.down());
  const own = () => toml(`[[env.production.vars.ISSUERS]]\nissuer = "${provider.issuer}"\naudience = "copilotkit"`);

  it('tells which keys would be used and which not, and why', async () => {
    const { code, environments } = await check(own(), '--env', 'production', '--live');
    assert.equal(code, 0);
    assert.deepEqual(
      environments[0].issuers[0].keys.map(({ kid, algorithms, fault }) => [kid, algorithms ?? fault]),
      [
        ['good', ['ES256']],
        ['encrypts', 'not_for_verifying'],
      ],
    );
  });

  it('is a fault where the metadata is something else', async () => {
    provider.serves({ discovery: html });
    const { code, environments } = await check(own(), '--env', 'production', '--live');
    assert.equal(code, 1);
    assert.equal(environments[0].issuers[0].fault, 'discovery_not_json');
    provider.serves({});
  });

  it('alone uses the network', async () => {
    const before = provider.fetches.discovery;
    await check(own(), '--env', 'production');
    assert.equal(provider.fetches.discovery, before);
  });
});

describe('advice on shared threads', () => {
  it('says once that they are shared', async () => {
    const { environments } = await check(toml(ISSUER), '--env', 'production');
    const { text } = environments[0].advice.find(({ advice }) => advice === 'shared_threads');
    assert.equal(text.split('threads are shared').length, 2, text);
  });
});

describe('what cannot be read', () => {
  it('ends with code 2 and one line', async () => {
    project.write('broken.toml', 'name = ');
    for (const args of [['--config', 'broken.toml'], ['--config', 'none.toml'], ['--env', 'nowhere'], ['--unknown']]) {
      const { code, stderr } = await project.gate('check', ...args);
      assert.equal(code, 2, `${args}: ${stderr}`);
      assert.match(stderr, /^✗ /);
      assert.doesNotMatch(stderr, /at .*\.mjs:\d+/);
    }
  });
});
