// @ts-check
// `copilotkit-gate init`: writes a project that `wrangler dev` runs and `check` finds sound.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';

import { NAMES as BACKENDS, backendOf } from './backends.mjs';
import { isTable, toJsonc, toToml } from './config-file.mjs';
import { Failure } from './failure.mjs';
import { listed } from './help.mjs';
import { readOptions } from './options.mjs';
import { SECRETS } from './secret-kinds.mjs';
import { PROVIDERS, configuration } from './template.mjs';

/** @typedef {import('./template.mjs').Answers} Answers */
/** @typedef {'issuer' | 'audience' | 'party' | 'tenant'} Asked what providers ask for */
/**
 * The options, which leave the answers to be asked for.
 *
 * @typedef {{
 *   provider?: string, issuer?: string, audience?: string, party?: string, tenant?: string, origin?: string, domain?: string,
 *   backend?: string, hide?: string, page: string[], name: string,
 * }} Values
 */

export const help = `Usage: copilotkit-gate init [OPTION...]

Writes wrangler.toml with settings for this machine and the environments dev, staging and production, .dev.vars with keys
for development, .dev.vars.example, gate.cases.yaml, lines of .gitignore and npm scripts. In a terminal it asks for missing
values.

  --provider NAME   ${listed(Object.keys(PROVIDERS), 20)} (other)
  --issuer URL      the exact iss of its tokens
  --audience NAME   the audience of tokens for the gate
  --party NAME      the client, or with clerk the page's origin, that tokens are issued to
  --tenant NAME     with google, the Workspace domain whose users may enter
  --origin URL      the runtime's base URL, e.g. https://runtime.example.com/api/copilotkit
  --backend NAME    what the runtime's agents run on: writes the settings of its page, docs/backends/NAME.md; NAME.2 for the
                    page's second way
                    ${listed(BACKENDS, 20)}
  --domain HOST     host of the gate in production, as a custom domain; gate.example.com becomes gate-staging.example.com
                    and gate-dev.example.com in the others
  --page ORIGIN     web origin of a page on another host, e.g. https://app.example.com; may be repeated
  --hide ANSWER     yes (default) or no: hide raw events and error messages from browsers, which needs Workers Paid
  --name NAME       name of the Worker (copilotkit-gate)
  --jsonc           writes wrangler.jsonc instead
  --force           overwrites existing files

Example:
  copilotkit-gate init --provider clerk --issuer https://clerk.example.com --party https://app.example.com \\
    --origin https://runtime.example.com/api/copilotkit --domain gate.example.com`;

/** @satisfies {import('node:util').ParseArgsOptionsConfig} */
const OPTIONS = {
  provider: { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  party: { type: 'string' },
  tenant: { type: 'string' },
  origin: { type: 'string' },
  domain: { type: 'string' },
  hide: { type: 'string' },
  backend: { type: 'string' },
  page: { type: 'string', multiple: true, default: [] },
  name: { type: 'string', default: 'copilotkit-gate' },
  jsonc: { type: 'boolean' },
  force: { type: 'boolean' },
};

const HIDE = 'Hide raw events and error messages from browsers? (needs Workers Paid)';

/** Where the built Worker is in a person's project, and the command that checks an environment of it. */
const PROJECT = {
  main: 'node_modules/copilotkit-gate/build/index.js',
  check: (/** @type {string} */ env) => `npx copilotkit-gate check --env=${env}`,
};
/** @type {Record<string, string>} */
const SCRIPTS = {
  dev: 'wrangler dev',
  check: 'copilotkit-gate check',
  'test:rules': 'copilotkit-gate decide gate.cases.yaml',
  types: 'wrangler types',
  'deploy:dev': 'wrangler deploy --env dev',
  'deploy:staging': 'wrangler deploy --env staging',
  'deploy:production': 'wrangler deploy --env production',
};

/** @param {string[]} args */
export async function run(args) {
  const { values } = readOptions({ args, options: OPTIONS });
  const file = values.jsonc ? 'wrangler.jsonc' : 'wrangler.toml';
  refuseToOverwrite([file, 'gate.cases.yaml', '.dev.vars.example'], values.force);
  const other = values.jsonc ? 'wrangler.toml' : 'wrangler.jsonc';
  if (existsSync(other)) throw new Failure(`${other} exists: wrangler cannot choose between it and ${file}`);
  const manifest = readManifest();
  const answers = await complete(values);
  const config = configuration(answers, PROJECT);
  /** @type {(string | undefined)[]} */
  const written = [
    write(file, values.jsonc ? toJsonc(config) : toToml(config)),
    write('gate.cases.yaml', CASES),
    write('.dev.vars.example', DEV_VARS_EXAMPLE),
  ];
  if (!existsSync('.dev.vars')) {
    written.push(write('.dev.vars', devVars(answers), { mode: 0o600 }));
  }
  written.push(
    addLines('.gitignore', ['node_modules/', '.wrangler/', '.dev.vars*', '!.dev.vars.example', 'jwks.json']),
  );
  written.push(addScripts(manifest));
  console.log(`✓ wrote ${written.filter(Boolean).join(', ')}

Next:
  npx copilotkit-gate check
  npx wrangler dev
  npx copilotkit-gate secrets generate THREAD_KEY --env staging
  npx wrangler deploy --env staging`);
}

/**
 * Keys for development: those that the settings need and that can be made here.
 *
 * @param {Answers} answers
 */
function devVars({ backend }) {
  /** @type {import('./secrets.mjs').Name[]} */
  const secrets = ['THREAD_KEY', ...(backend?.ways[0].secrets ?? [])];
  // A JWK has double quotes.
  return secrets.map((name) => `${name}='${SECRETS[name].make()}'\n`).join('');
}

/**
 * @param {string[]} files
 * @param {boolean | undefined} force
 */
function refuseToOverwrite(files, force) {
  const there = force ? undefined : files.find((file) => existsSync(file));
  if (there) throw new Failure(`${there} is there already: --force overwrites it`);
}

/**
 * The options, completed by asking for missing ones in a terminal.
 *
 * @param {Values} values
 */
async function complete(values) {
  const asks = process.stdin.isTTY && process.stdout.isTTY;
  const terminal = asks ? createInterface({ input: process.stdin, output: process.stdout }) : undefined;
  try {
    /**
     * @template {string | undefined} Fallback
     * @param {Asked | 'provider' | 'origin' | 'domain' | 'hide'} option
     * @param {string} question
     * @param {Fallback} [fallback]
     * @returns {Promise<string | Fallback>}
     */
    const ask = async (option, question, fallback) => {
      if (values[option]) return values[option];
      const given = terminal && (await terminal.question(`${question}${fallback ? ` (${fallback})` : ''}: `)).trim();
      return given || /** @type {Fallback} */ (fallback);
    };
    const provider = await ask('provider', `Provider: ${Object.keys(PROVIDERS).join(', ')}`, 'other');
    if (!Object.hasOwn(PROVIDERS, provider)) {
      throw new Failure(`there is no provider "${provider}": ${Object.keys(PROVIDERS).join(', ')}`, 2);
    }
    const about = PROVIDERS[provider].asks;
    const backend = values.backend ? backendOf(values.backend) : undefined;
    /** @type {Omit<Values, 'backend'> & Pick<Answers, 'provider' | 'backend'>} */
    const answers = { ...values, provider, backend };
    const questions = /** @type {[Asked, string][]} */ (Object.entries(about));
    for (const [option, question] of questions) {
      answers[option] = await ask(option, `${PROVIDERS[provider].name}: ${option}, ${question}`);
    }
    const origin = await ask('origin', 'URL of the CopilotKit runtime', 'http://localhost:4000/api/copilotkit');
    if (terminal) answers.domain = await ask('domain', 'Host of the gate in production (empty: later)');
    const hide = await ask('hide', HIDE, 'yes');
    const missing = questions.filter(([option]) => !answers[option]);
    if (missing.length > 0) {
      const options = missing.map(([option, question]) => `--${option} (${question})`).join(', ');
      throw new Failure(`${PROVIDERS[provider].name} needs ${options}`, 2);
    }
    return checked({ ...answers, origin, hide });
  } finally {
    terminal?.close();
  }
}

/**
 * @param {Omit<Answers, 'hides'> & {hide: string}} answers
 * @returns {Answers}
 */
function checked(answers) {
  const { origin, domain, name, hide } = answers;
  if (!/^https?:$/.test(URL.parse(origin)?.protocol ?? ''))
    throw new Failure(`--origin is "${origin}", but a URL is needed`, 2);
  if (domain && !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)) {
    throw new Failure(`--domain is "${domain}", but a host such as gate.example.com is needed`, 2);
  }
  if (!/^(y|yes|n|no)$/i.test(hide)) throw new Failure(`--hide is "${hide}", but yes or no is needed`, 2);
  if (!/^[a-z0-9-]{1,54}$/.test(name))
    throw new Failure(`--name is "${name}", but lower-case letters, digits and - are needed`, 2);
  return { ...answers, hides: /^y/i.test(hide) };
}

/**
 * @param {string} file
 * @param {string} text
 * @param {import('node:fs').WriteFileOptions} [options]
 */
function write(file, text, options) {
  writeFileSync(file, text, options);
  return file;
}

/**
 * @param {string} file
 * @param {string[]} lines
 */
function addLines(file, lines) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const missing = lines.filter((line) => !text.split(/\r?\n/).includes(line));
  if (missing.length === 0) return undefined;
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return write(file, `${text}${gap}${missing.join('\n')}\n`);
}

/** @typedef {{private?: boolean, scripts?: Record<string, string>}} Manifest */
/** What package.json says, and how it is indented. Fails where nothing can be added to it. */
function readManifest() {
  const text = existsSync('package.json')
    ? readFileSync('package.json', 'utf8').replace(/^\uFEFF/, '')
    : '{"private":true}';
  /** @type {Manifest} */
  let manifest;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw new Failure('package.json is not JSON: nothing was written', 2);
  }
  if (!isTable(manifest) || !isTable(manifest.scripts ?? {})) {
    throw new Failure('package.json is not a JSON object whose scripts are an object: nothing was written', 2);
  }
  return { manifest, indent: /^[ \t]+(?=")/m.exec(text)?.[0] ?? 2 };
}

/**
 * Adds the scripts that package.json does not have.
 *
 * @param {ReturnType<typeof readManifest>} found
 */
function addScripts({ manifest, indent }) {
  const missing = Object.keys(SCRIPTS).filter((name) => manifest.scripts?.[name] === undefined);
  if (missing.length === 0) return undefined;
  // `test` of a fresh `npm init` and scripts of the person's own stay.
  const scripts = { ...manifest.scripts, ...Object.fromEntries(missing.map((name) => [name, SCRIPTS[name]])) };
  return write('package.json', `${JSON.stringify({ ...manifest, scripts }, null, indent)}\n`);
}

const DEV_VARS_EXAMPLE = `# Secrets for \`wrangler dev\`: copy this file to .dev.vars, which git ignores. For deployed environments, see
# npx copilotkit-gate secrets

# Binds threads to their users: at least 32 random bytes, base64url.
# node -p "require('crypto').randomBytes(32).toString('base64url')"
THREAD_KEY=""

# Signs assertions: a private JWK (ES256 or Ed25519).
# ASSERTION_KEY='{"kty":"EC","crv":"P-256","x":"…","y":"…","d":"…"}'
`;

const CASES = `# Who may do what: npx copilotkit-gate decide gate.cases.yaml [--env production]
users: # claims of their tokens; claims that the issuer requires are filled in
  alice: { role: admin }
  bob: { role: member }
cases:
  - { who: alice, agent: default, expect: allow }
  - { who: bob, operation: threads/clear, expect: rule_denied }
  - { who: nobody, operation: info, expect: missing_token }
`;
