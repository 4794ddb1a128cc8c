// `copilotkit-gate init --provider`: what it writes is sound for every provider, and the same as on the provider's page.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { OPTIONS, inProject } from './support/project.mjs';

const PROVIDERS = JSON.parse(readFileSync(inRoot('cli/providers.json'), 'utf8'));
/** An answer to every question. */
const ANSWERS = { issuer: 'https://login.acme.dev', audience: 'copilotkit', party: 'client-1', tenant: 'acme.dev' };

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
