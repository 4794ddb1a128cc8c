// `--backend`: `init` writes what a backend's page says, and `check` advises where the settings differ from it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser';
import { adviceForBackend } from '../../cli/backends.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { OPTIONS, inProject } from './support/project.mjs';

const BACKENDS = JSON.parse(readFileSync(inRoot('cli/backends.json'), 'utf8'));
const ALL = Object.entries(BACKENDS).flatMap(([name, { ways }]) =>
  ways.map((way, index) => [`${name}.${index + 1}`, way]),
);

const DOMAIN = ['--domain', 'gate.acme.dev'];

const readToml = (project) => getStaticTOMLValue(parseTOML(project.read('wrangler.toml')));

/** What `check --backend` advises for the production environment. */
async function adviceOf(project, backend) {
  const { code, stdout, stderr } = await project.gate('check', '--env', 'production', '--json', '--backend', backend);
  assert.equal(code, 0, stderr || stdout);
  return JSON.parse(stdout).environments[0].advice.filter(({ advice }) => advice === 'backend');
}

describe('init --backend', () => {
  for (const [name, { vars, secrets = [] }] of ALL) {
    it(`${name}: writes the settings of its page, which are sound and need no advice`, () =>
      inProject(async (project) => {
        const { code, stderr } = await project.gate('init', ...OPTIONS, ...DOMAIN, '--backend', name);
        assert.equal(code, 0, stderr);
        for (const settings of [readToml(project), readToml(project).env.production]) {
          for (const [setting, value] of Object.entries(vars)) assert.deepEqual(settings.vars[setting], value, setting);
          for (const secret of secrets) assert.ok(settings.secrets.required.includes(secret), secret);
        }
        assert.match(
          project.read('wrangler.toml'),
          new RegExp(`^# Backend: .*docs/backends/${name.split('.')[0]}\\.md`, 'm'),
        );
        const { code: checked, stdout } = await project.gate('check', '--env', 'production', '--backend', name);
        assert.equal(checked, 0, stdout);
        assert.doesNotMatch(stdout, /!|✗/);
      }));
  }

  it('takes the claims of the provider', () =>
    inProject(async (project) => {
      const options = [
        '--provider',
        'adfs',
        '--issuer',
        'http://fs.acme.dev/adfs/services/trust',
        '--party',
        'fs.acme.dev',
      ];
      const { code, stderr } = await project.gate('init', ...options, '--audience', 'api', '--backend', 'ag2.2');
      assert.equal(code, 0, stderr);
      const { IDENTITY, IDENTITY_BODY } = readToml(project).env.production.vars;
      assert.equal(IDENTITY_BODY['/state/auth_user/role'], IDENTITY['x-user-role']);
      assert.equal(IDENTITY_BODY['/state/auth_user/user_id'], IDENTITY['x-user-id']);
    }));

  for (const [name, message] of [
    ['nobody', /there is no backend "nobody": ag2, agno/],
    ['mastra.2', /docs\/backends\/mastra\.md has 1 way\(s\): mastra\.1/],
    ['mastra.x', /has 1 way/],
    ['constructor', /there is no backend/],
  ]) {
    it(`${name} is none: exit code 2, and nothing is written`, () =>
      inProject(async (project) => {
        const { code, stderr } = await project.gate('init', ...OPTIONS, '--backend', name);
        assert.equal(code, 2);
        assert.match(stderr, message);
        assert.throws(() => project.read('wrangler.toml'));
      }));
  }
});

describe('check --backend', () => {
  it('names each setting that the nearest way of the page has otherwise', () =>
    inProject(async (project) => {
      await project.gate('init', ...OPTIONS);
      assert.deepEqual(await adviceOf(project, 'ag2'), [], 'the first way');
      const [strip, body] = await adviceOf(project, 'ag2.2');
      assert.equal(
        strip.text,
        'FORWARD_AUTHORIZATION is "keep", but should be "strip" for AG2, as docs/backends/ag2.md says',
      );
      assert.match(body.text, /^IDENTITY_BODY lacks \/state\/auth_user\/user_id, \/state\/auth_user\/role for AG2/);
      const secrets = await adviceOf(project, 'spring-ai.2');
      assert.deepEqual(
        secrets.map(({ setting }) => setting),
        ['FORWARD_AUTHORIZATION', 'ASSERTION_KEY'],
      );
    }));

  it('names a token that is kept from a backend that needs it', () =>
    inProject(async (project) => {
      await project.gate('init', ...OPTIONS, '--backend', 'mastra');
      const [advice] = await adviceOf(project, 'langgraph-platform');
      assert.match(advice.text, /^FORWARD_AUTHORIZATION is "strip", but should be "keep" for LangGraph Platform/);
      assert.ok(advice.line > 0, 'with its line');
    }));

  it('asks for no other claims than those that are there', () =>
    inProject(async (project) => {
      await project.gate('init', ...OPTIONS, '--backend', 'agno.2');
      project.write('wrangler.toml', project.read('wrangler.toml').replaceAll('= "role"', '= "app_role"'));
      assert.deepEqual(await adviceOf(project, 'agno.2'), []);
    }));

  it('compares lists of roles as a whole, others by what they lack, and rules by their members', () => {
    const vars = {
      MESSAGE_ROLES: ['user', 'tool'],
      PROPERTIES: ['a', 'b'],
      RULES: [{ agents: ['ops'], tools: ['add'], allow: 'authenticated' }],
    };
    const texts = (own) => {
      const backend = { name: 'x', title: 'X', page: 'docs/backends/x.md', ways: [{ about: '', vars }], others: [] };
      return adviceForBackend(backend, { settings: { vars: own } }).map(({ text }) =>
        text.replace(/ for X, as .+/, ''),
      );
    };
    assert.deepEqual(texts({}), [
      'MESSAGE_ROLES is not set, but should be ["user","tool"]',
      'PROPERTIES lacks a, b',
      'RULES lacks tools in its tables',
    ]);
    const more = { ...vars, MESSAGE_ROLES: ['user', 'tool', 'reasoning'], PROPERTIES: '["b","a","c"]' };
    assert.deepEqual(texts({ ...more, RULES: [{ tools: ['x'], require: { roles: ['admin'] } }] }), [
      'MESSAGE_ROLES is ["user","tool","reasoning"], but should be ["user","tool"]',
    ]);
    assert.deepEqual(texts({ ...vars, MESSAGE_ROLES: ['tool', 'user'] }), []);
  });

  it('of a backend without a page is an error: exit code 2', () =>
    inProject(async (project) => {
      await project.gate('init', ...OPTIONS);
      const { code, stderr } = await project.gate('check', '--backend', 'nobody');
      assert.equal(code, 2);
      assert.match(stderr, /there is no backend "nobody"/);
    }));
});
