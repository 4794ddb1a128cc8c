// `copilotkit-gate init`: what it writes deploys and has the right types.

import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { OPTIONS, Project, inProject } from './support/project.mjs';

const WRITTEN = ['wrangler.toml', '.dev.vars.example', '.dev.vars', 'gate.cases.yaml', '.gitignore', 'package.json'];

describe('without a terminal', () => {
  it('asks nothing, and says in one line what is missing', () =>
    inProject(async (project) => {
      const { code, stdout, stderr } = await project.gate('init', '--provider', 'clerk');
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /^✗ Clerk needs --issuer .*--party .*\n$/);
      assert.ok(!existsSync(join(project.folder, 'wrangler.toml')));
    }));

  it('takes no option without a value, which a shell makes of a variable that is not set', () =>
    inProject(async (project) => {
      for (const args of [
        ['init', ...OPTIONS, '--backend', ''],
        ['check', '--backend='],
        ['explain', '--keys', ''],
        ['mint', '--sub='],
      ]) {
        const { code, stdout, stderr } = await project.gate(...args);
        assert.equal(code, 2, args.join(' '));
        assert.equal(stdout, '');
        assert.match(stderr, /^✗ --(backend|keys|sub) is empty: it needs a value, or leave it out\n$/);
      }
    }));

  it('never overwrites, unless it is forced to', () =>
    inProject(async (project) => {
      project.write('wrangler.toml', '# mine\n');
      const { code, stderr } = await project.gate('init', ...OPTIONS);
      assert.equal(code, 1);
      assert.match(stderr, /wrangler\.toml is there already: --force/);
      assert.equal(project.read('wrangler.toml'), '# mine\n');
      assert.equal((await project.gate('init', ...OPTIONS, '--force')).code, 0);
      assert.match(project.read('wrangler.toml'), /ORIGIN_URL/);
    }));

  it('adds to what is there: scripts and ignored files of the person stay', () =>
    inProject(async (project) => {
      project.write('package.json', '{"name":"mine","scripts":{"dev":"next dev"}}');
      project.write('.gitignore', 'dist');
      await project.gate('init', ...OPTIONS);
      const { name, scripts } = JSON.parse(project.read('package.json'));
      assert.deepEqual([name, scripts.dev, scripts.check], ['mine', 'next dev', 'copilotkit-gate check']);
      assert.match(project.read('.gitignore'), /^dist\n[\s\S]*\.dev\.vars\*\n!\.dev\.vars\.example/);
    }));
});

describe('a package.json', () => {
  it('that cannot be added to is named before anything is written', () =>
    inProject(async (project) => {
      for (const text of ['{', '[]', 'null', '{"scripts":["x"]}']) {
        project.write('package.json', text);
        const { code, stderr } = await project.gate('init', ...OPTIONS);
        assert.equal(code, 2);
        assert.match(stderr, /^✗ package\.json is not .*: nothing was written$/m);
        assert.equal(project.read('package.json'), text);
        assert.ok(!existsSync(join(project.folder, 'wrangler.toml')));
      }
    }));

  it('keeps its indentation', () =>
    inProject(async (project) => {
      project.write('package.json', '\uFEFF{\n\t"name": "mine"\n}\n');
      assert.equal((await project.gate('init', ...OPTIONS)).code, 0);
      assert.match(project.read('package.json'), /^\{\n\t"name": "mine",\n\t"scripts": \{\n\t\t"dev"/);
    }));
});

describe('what it writes', () => {
  let project;
  before(async () => {
    project = new Project();
    const { code, stderr } = await project.gate(
      'init',
      ...OPTIONS,
      '--domain',
      'gate.acme.dev',
      '--page',
      'https://app.acme.dev',
    );
    assert.equal(code, 0, stderr);
  });
  after(() => project.remove());

  it('lets no properties pass, and says what that means', () => {
    const text = project.read('wrangler.toml');
    assert.equal(text.match(/^# Properties of the page .*\n(# .*\n)*PROPERTIES = \[\]$/gm)?.length, 4, text);
  });

  it('says which limit bounds what costs money, runs and suggestions together', () => {
    const text = project.read('wrangler.toml');
    const limit = 'operations = ["agent/run", "agent/suggest"], allow = "authenticated", limit = {';
    assert.equal(text.split(`\n# ${limit}`).length - 1, 3, text);
  });

  it('hides what an agent tells of itself, and says what that costs', () => {
    const text = project.read('wrangler.toml');
    const hides =
      /^# What browsers do not get: .*\n# .* needs Workers Paid .*\nHIDE_EVENTS = \["RAW", "CUSTOM:system:\*"\]$/gm;
    assert.equal(text.match(hides)?.length, 4, text);
    assert.equal(text.match(/^ERROR_MESSAGES = "hide"$/gm)?.length, 4);
  });

  it('hides nothing where the answer is no, and takes no other', () =>
    inProject(async (other) => {
      const { code, stderr } = await other.gate('init', ...OPTIONS, '--hide', 'maybe');
      assert.equal(code, 2);
      assert.match(stderr, /--hide is "maybe", but yes or no is needed/);
      assert.equal((await other.gate('init', ...OPTIONS, '--hide', 'no')).code, 0);
      assert.doesNotMatch(other.read('wrangler.toml'), /HIDE_EVENTS|ERROR_MESSAGES/);
    }));

  it('is all there, and the keys for development are for their owner alone', () => {
    for (const file of WRITTEN) assert.ok(existsSync(join(project.folder, file)), file);
    assert.equal(statSync(join(project.folder, '.dev.vars')).mode & 0o77, 0);
  });

  for (const env of ['dev', 'staging', 'production']) {
    it(`deploys ${env}, as far as that goes without an account`, async () => {
      const { code, stdout, stderr } = await project.run('wrangler', ['deploy', '--dry-run', '--env', env]);
      assert.equal(code, 0, `${stdout}\n${stderr}`);
      assert.match(stdout, /index_bg\.wasm/);
    });
  }

  it('does not deploy without the name of an environment: it stops, and says to name one', async () => {
    const { code, stdout, stderr } = await project.run('wrangler', ['deploy', '--dry-run']);
    assert.notEqual(code, 0);
    assert.match(
      `${stdout}${stderr}`,
      /not deployed: name an environment \(--env dev, --env staging, --env production\)/,
    );
    assert.doesNotMatch(stdout, /dry-run: exiting now/);
  });

  it('does not deploy with a fault: its build stops, and names it', async () => {
    project.write('wrangler.toml.sound', project.read('wrangler.toml'));
    project.write('wrangler.toml', project.read('wrangler.toml').replaceAll('audience = "copilotkit"', 'audience = 3'));
    const { code, stdout, stderr } = await project.run('wrangler', ['deploy', '--dry-run', '--env', 'production']);
    project.write('wrangler.toml', project.read('wrangler.toml.sound'));
    assert.notEqual(code, 0);
    assert.match(`${stdout}${stderr}`, /ISSUERS\[0\]\.audience/);
  });

  it('gets the right Env from `wrangler types`, which is what the gate takes', async () => {
    const { code, stdout, stderr } = await project.run('wrangler', ['types', '--include-runtime', 'false']);
    assert.equal(code, 0, `${stdout}${stderr}`);
    const types = project.read('worker-configuration.d.ts');
    for (const member of [/ORIGIN_URL: /, /ISSUERS: /, /THREAD_KEY: string/, /JWKS_CACHE: KVNamespace/])
      assert.match(types, member);
    project.write('kv.d.ts', 'interface KVNamespace { get(key: string): Promise<string | null> }\n');
    project.write(
      'use.ts',
      `import gate, { type LogReason, type RefusalBody, type Settings } from 'copilotkit-gate';
declare const env: Env;
export const settings: Settings = env;
export const answer: Promise<Response> = gate.fetch(new Request('https://gate.acme.dev'), env, {});
// @ts-expect-error the issuers are required
export const wrong: Settings = { ORIGIN_URL: 'https://runtime.acme.dev' };
export const isDenied = ({ error, code }: RefusalBody) => error === 'forbidden' && code === 'rule_denied';
// @ts-expect-error this code belongs to another error
export const never = ({ error, code }: RefusalBody) => error === 'not_found' && code === 'rule_denied';
// @ts-expect-error no line of the log has this reason
export const reason: LogReason = 'thread_not_yours';
`,
    );
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--lib',
      'es2022,dom',
      '--types',
      '',
    ];
    const files = ['use.ts', 'kv.d.ts', 'worker-configuration.d.ts'];
    const compiled = await project.run(process.execPath, [
      inRoot('node_modules/typescript/bin/tsc'),
      ...options,
      ...files,
    ]);
    assert.equal(compiled.code, 0, compiled.stdout);
  });

  it('is the same as JSON', () =>
    inProject(async (other) => {
      await other.gate('init', ...OPTIONS, '--domain', 'gate.acme.dev', '--page', 'https://app.acme.dev', '--jsonc');
      const { code, stdout } = await other.gate('check');
      assert.equal(code, 0, stdout);
      assert.equal((await other.run('wrangler', ['deploy', '--dry-run', '--env', 'staging'])).code, 0);
    }));
});
