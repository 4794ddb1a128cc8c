// `copilotkit-gate init`: what it writes runs, deploys and has the right types, for every provider.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { OPTIONS, Project } from './support/project.mjs';

const PROVIDERS = JSON.parse(readFileSync(inRoot('cli/providers.json'), 'utf8'));
/** An answer to every question. */
const ANSWERS = { issuer: 'https://login.acme.dev', audience: 'copilotkit', party: 'client-1', tenant: 'acme.dev' };
const WRITTEN = ['wrangler.toml', '.dev.vars.example', '.dev.vars', 'gate.cases.yaml', '.gitignore', 'package.json'];

/** An empty project, removed after `work`. */
async function inProject(work) {
  const project = new Project();
  try {
    await work(project);
  } finally {
    project.remove();
  }
}

describe('without a terminal', () => {
  it('asks nothing, and says in one line what is missing', () =>
    inProject(async (project) => {
      const { code, stdout, stderr } = await project.gate('init', '--provider', 'clerk');
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /^✗ Clerk needs --issuer .*--party .*\n$/);
      assert.ok(!existsSync(join(project.folder, 'wrangler.toml')));
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

  it('is all there, and the keys for development are for their owner alone', () => {
    for (const file of WRITTEN) assert.ok(existsSync(join(project.folder, file)), file);
    assert.equal(statSync(join(project.folder, '.dev.vars')).mode & 0o77, 0);
  });

  for (const env of ['', 'staging', 'production']) {
    it(`deploys ${env || 'at the top level'}, as far as that goes without an account`, async () => {
      const { code, stdout, stderr } = await project.run('wrangler', ['deploy', '--dry-run', '--env', env]);
      assert.equal(code, 0, `${stdout}\n${stderr}`);
      assert.match(stdout, /index_bg\.wasm/);
    });
  }

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
      `import gate, { type Settings } from 'copilotkit-gate';
declare const env: Env;
export const settings: Settings = env;
export const answer: Promise<Response> = gate.fetch(new Request('https://gate.acme.dev'), env, {});
// @ts-expect-error the issuers are required
export const wrong: Settings = { ORIGIN_URL: 'https://runtime.acme.dev' };
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

describe('a provider', () => {
  for (const [provider, { asks }] of Object.entries(PROVIDERS)) {
    it(`${provider}: what is written is sound`, () =>
      inProject(async (project) => {
        const given = Object.keys(asks).flatMap((option) => [`--${option}`, ANSWERS[option]]);
        const { code, stderr } = await project.gate(
          'init',
          '--provider',
          provider,
          ...given,
          '--origin',
          OPTIONS.at(-1),
        );
        assert.equal(code, 0, stderr);
        const checked = await project.gate('check', '--env', 'production');
        assert.equal(checked.code, 0, checked.stdout);
      }));
  }
});

describe('the page of a provider', () => {
  const pages = readdirSync(inRoot('docs/providers')).map((file) => file.replace('.md', ''));

  it('is there for each one that init knows, and the other way round', () => {
    const known = Object.keys(PROVIDERS).filter((name) => name !== 'other');
    assert.deepEqual(known.sort(), pages.sort());
  });

  for (const page of pages) {
    it(`${page}: shows the settings that init writes`, () => {
      const [, code] = /```toml\n([\s\S]*?)```/.exec(readFileSync(inRoot(`docs/providers/${page}.md`), 'utf8'));
      const { ISSUERS, IDENTITY, ...vars } = getStaticTOMLValue(parseTOML(code)).vars;
      const { issuer, identity, vars: own = {} } = PROVIDERS[page];
      const [shown] = ISSUERS;
      assert.deepEqual(Object.keys(shown).sort(), Object.keys(issuer).sort());
      for (const [member, template] of Object.entries(issuer)) {
        assert.ok(fits(template, shown[member]), `${member}: ${JSON.stringify(shown[member])}`);
      }
      assert.deepEqual(IDENTITY, identity);
      assert.deepEqual(vars, own);
    });
  }

  /** Whether a value is what a template may become. */
  function fits(template, value) {
    if (typeof template === 'string') {
      const [first, ...rest] = template.split(/\$\w+/);
      return rest.length === 0 ? value === first : value.startsWith(first) && value.endsWith(rest.at(-1));
    }
    if (typeof template !== 'object') return value === template;
    const [ours, theirs] = [Object.keys(template), Object.keys(value)];
    return ours.length === theirs.length && ours.every((name) => fits(template[name], value[name]));
  }
});
