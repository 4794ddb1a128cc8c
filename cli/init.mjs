// `copilotkit-gate init`: writes a project that `wrangler dev` runs and `check` finds sound.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { noted, toJsonc, toToml } from './config-file.mjs';
import { Failure } from './failure.mjs';
import { SECRETS } from './secret-kinds.mjs';

const PROVIDERS = JSON.parse(readFileSync(new URL('providers.json', import.meta.url), 'utf8'));

export const help = `Usage: copilotkit-gate init [OPTION...]

Writes wrangler.toml with the environments dev (the top level), staging and production, .dev.vars with keys for development,
.dev.vars.example, gate.cases.yaml, lines of .gitignore and npm scripts. At a terminal it asks for what is not given.

  --provider NAME   ${Object.keys(PROVIDERS).slice(0, 7).join(', ')},
                    ${Object.keys(PROVIDERS).slice(7).join(', ')} (other)
  --issuer URL      the exact iss of its tokens
  --audience NAME   the audience that tokens for the gate have
  --party NAME      the client, or with clerk the page's origin, that tokens are issued to
  --tenant NAME     with google, the Workspace domain whose users may enter
  --origin URL      the runtime's base URL, e.g. https://runtime.example.com/api/copilotkit
  --domain HOST     host of the gate in production, as a custom domain; staging gets <name>-staging.<rest>
  --page ORIGIN     web origin of a page on another host, e.g. https://app.example.com; as often as needed
  --name NAME       name of the Worker (copilotkit-gate)
  --jsonc           writes wrangler.jsonc instead
  --force           overwrites files that are there

Example:
  copilotkit-gate init --provider clerk --issuer https://clerk.example.com --party https://app.example.com \\
    --origin https://runtime.example.com/api/copilotkit --domain gate.example.com`;

const OPTIONS = {
  provider: { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  party: { type: 'string' },
  tenant: { type: 'string' },
  origin: { type: 'string' },
  domain: { type: 'string' },
  page: { type: 'string', multiple: true, default: [] },
  name: { type: 'string', default: 'copilotkit-gate' },
  jsonc: { type: 'boolean' },
  force: { type: 'boolean' },
};

const WORKER = 'node_modules/copilotkit-gate/build/index.js';
/** What deployed environments get in place of an address that only this machine has. */
const EXAMPLE = { issuer: 'https://login.example.com', origin: 'https://runtime.example.com/api/copilotkit' };
const SCRIPTS = {
  dev: 'wrangler dev',
  check: 'copilotkit-gate check',
  'test:rules': 'copilotkit-gate decide gate.cases.yaml',
  types: 'wrangler types',
  'deploy:staging': 'wrangler deploy --env staging',
  'deploy:production': 'wrangler deploy --env production',
};

export async function run(args) {
  const { values } = parseArgs({ args, options: OPTIONS });
  const file = values.jsonc ? 'wrangler.jsonc' : 'wrangler.toml';
  refuseToOverwrite([file, 'gate.cases.yaml', '.dev.vars.example'], values.force);
  const other = values.jsonc ? 'wrangler.toml' : 'wrangler.jsonc';
  if (existsSync(other)) throw new Failure(`${other} is here, too: wrangler would not know which to read`);
  const answers = await complete(values);
  const config = configuration(answers);
  const written = [
    write(file, values.jsonc ? toJsonc(config) : toToml(config)),
    write('gate.cases.yaml', CASES),
    write('.dev.vars.example', DEV_VARS_EXAMPLE),
  ];
  if (!existsSync('.dev.vars')) {
    written.push(write('.dev.vars', `THREAD_KEY="${SECRETS.THREAD_KEY.make()}"\n`, { mode: 0o600 }));
  }
  written.push(
    addLines('.gitignore', ['node_modules/', '.wrangler/', '.dev.vars*', '!.dev.vars.example', 'jwks.json']),
  );
  written.push(addScripts());
  console.log(`✓ wrote ${written.filter(Boolean).join(', ')}

Next:
  npx copilotkit-gate check
  npx wrangler dev
  npx copilotkit-gate secrets generate THREAD_KEY --env staging
  npx wrangler deploy --env staging`);
}

function refuseToOverwrite(files, force) {
  const there = force ? undefined : files.find((file) => existsSync(file));
  if (there) throw new Failure(`${there} is there already: --force overwrites it`);
}

/** What was given, completed by answers where a person is there to give them. */
async function complete(values) {
  const asks = process.stdin.isTTY && process.stdout.isTTY;
  const terminal = asks ? createInterface({ input: process.stdin, output: process.stdout }) : undefined;
  try {
    const ask = async (option, question, fallback) => {
      if (values[option]) return values[option];
      const given = terminal && (await terminal.question(`${question}${fallback ? ` (${fallback})` : ''}: `)).trim();
      return given || fallback;
    };
    const provider = await ask('provider', `Provider: ${Object.keys(PROVIDERS).join(', ')}`, 'other');
    if (!Object.hasOwn(PROVIDERS, provider)) {
      throw new Failure(`there is no provider "${provider}": ${Object.keys(PROVIDERS).join(', ')}`, 2);
    }
    const about = PROVIDERS[provider].asks;
    const answers = { ...values, provider };
    for (const [option, question] of Object.entries(about)) {
      answers[option] = await ask(option, `${PROVIDERS[provider].name}: ${option}, ${question}`);
    }
    answers.origin = await ask('origin', 'URL of the CopilotKit runtime', 'http://localhost:4000/api/copilotkit');
    if (terminal) answers.domain = await ask('domain', 'Host of the gate in production (empty: later)');
    const missing = Object.keys(about).filter((option) => !answers[option]);
    if (missing.length > 0) {
      const options = missing.map((option) => `--${option} (${about[option]})`).join(', ');
      throw new Failure(`${PROVIDERS[provider].name} needs ${options}`, 2);
    }
    return checked(answers);
  } finally {
    terminal?.close();
  }
}

function checked(answers) {
  const { origin, domain, name } = answers;
  if (!/^https?:$/.test(URL.parse(origin)?.protocol ?? ''))
    throw new Failure(`--origin is "${origin}", but a URL is needed`, 2);
  if (domain && !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)) {
    throw new Failure(`--domain is "${domain}", but a host such as gate.example.com is needed`, 2);
  }
  if (!/^[a-z0-9-]{1,54}$/.test(name))
    throw new Failure(`--name is "${name}", but small letters, digits and - are needed`, 2);
  return answers;
}

function configuration(answers) {
  const { name, domain } = answers;
  const deployed = (env, comment) =>
    noted(comment, {
      ...address(env, domain),
      build: noted('A deployment with a fault in its settings stops here.', {
        command: `npx copilotkit-gate check --env ${env}`,
      }),
      ...common(settings(answers, { isDeployed: true }), { isDeployed: true }),
    });
  return {
    name,
    main: noted('The gate, built. wrangler has nothing to bundle.', WORKER),
    no_bundle: true,
    compatibility_date: '2026-11-01',
    compatibility_flags: noted("The gate needs none of Node's APIs; the signal tells it that a client is gone.", [
      'no_nodejs_compat',
      'enable_request_signal',
    ]),
    workers_dev: noted(
      'The top level is for development (`wrangler dev`). Deployed by mistake, it has no address.\nworkers_dev and [cache] stay off: a second address, or an answer before the gate has decided.',
      false,
    ),
    preview_urls: false,
    ...common(settings(answers, { isDeployed: false }), { isDeployed: false }),
    env: {
      staging: deployed('staging', 'wrangler deploy --env staging'),
      production: deployed('production', 'wrangler deploy --env production'),
    },
  };
}

/** Vars and bindings are not inherited by environments: each has its own. */
function common({ vars, notes }, { isDeployed }) {
  return {
    ...(isDeployed && {
      observability: noted('Keeps the decision log.', { enabled: true }),
      triggers: noted("Keeps a copy of every issuer's key set in KV.", { crons: ['*/5 * * * *'] }),
    }),
    secrets: isDeployed
      ? noted('`npx copilotkit-gate secrets generate NAME --env ENV` makes one.', { required: ['THREAD_KEY'] })
      : noted('Values are in .dev.vars.', { required: ['THREAD_KEY'] }),
    kv_namespaces: noted(isDeployed ? 'wrangler creates it at the first deployment.' : undefined, [
      { binding: 'JWKS_CACHE' },
    ]),
    vars: noted(notes, vars),
  };
}

function address(env, domain) {
  if (!domain) {
    const comment =
      'No host was given. For a path of a host that you have:\nroutes = [\n  { pattern = "app.example.com/api/copilotkit", zone_name = "example.com" },\n  { pattern = "app.example.com/api/copilotkit/*", zone_name = "example.com" },\n]';
    return { workers_dev: noted(comment, env === 'staging') };
  }
  const [first, ...rest] = domain.split('.');
  const pattern = env === 'production' ? domain : [`${first}-${env}`, ...rest].join('.');
  return { routes: [{ pattern, custom_domain: true }], workers_dev: false };
}

function settings(answers, { isDeployed }) {
  const { name, issuer, identity, vars = {}, notes = [] } = PROVIDERS[answers.provider];
  const given = {
    issuer: elsewhere(answers.issuer?.replace(/\/$/, ''), EXAMPLE.issuer, isDeployed),
    audience: answers.audience,
    party: answers.party,
    tenant: answers.tenant,
  };
  const origin = elsewhere(answers.origin, EXAMPLE.origin, isDeployed);
  const isExample = isDeployed && (origin !== answers.origin || (given.issuer && isLoopback(answers.issuer)));
  return {
    notes: [`Tokens of ${name}.`, ...notes, ...(isExample ? ['Example addresses: put your own here.'] : [])].join('\n'),
    vars: {
      ORIGIN_URL: origin,
      ...vars,
      ...(answers.page.length > 0 && { ALLOWED_ORIGINS: answers.page }),
      ISSUERS: [fill(issuer, given)],
      ...(identity && { IDENTITY: identity }),
    },
  };
}

/** An address of this machine is good for development alone. */
const elsewhere = (url, example, isDeployed) => (isDeployed && url && isLoopback(url) ? example : url);
const isLoopback = (url) => /^(localhost|127\.|\[::1\])|\.localhost$/.test(URL.parse(url ?? '')?.hostname ?? '');

/** Puts the answers into a template; a member whose answer is missing is left out. */
function fill(template, given) {
  if (typeof template === 'string') {
    let isWhole = true;
    const text = template.replace(/\$(issuer|audience|party|tenant)/g, (_, name) => {
      isWhole &&= given[name] !== undefined;
      return given[name];
    });
    return isWhole ? text : undefined;
  }
  if (Array.isArray(template)) {
    const items = template.map((item) => fill(item, given)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  if (typeof template !== 'object') return template;
  const members = Object.entries(template).map(([name, member]) => [name, fill(member, given)]);
  const kept = members.filter(([, member]) => member !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

function write(file, text, options) {
  writeFileSync(file, text, options);
  return file;
}

function addLines(file, lines) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const missing = lines.filter((line) => !text.split(/\r?\n/).includes(line));
  if (missing.length === 0) return undefined;
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return write(file, `${text}${gap}${missing.join('\n')}\n`);
}

/** Adds the scripts that package.json does not have. */
function addScripts() {
  let manifest = { private: true };
  try {
    if (existsSync('package.json')) manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  } catch {
    throw new Failure('package.json is not JSON', 2);
  }
  const missing = Object.keys(SCRIPTS).filter((name) => manifest.scripts?.[name] === undefined);
  if (missing.length === 0) return undefined;
  // `test` of a fresh `npm init` and scripts of the person's own stay.
  manifest.scripts = { ...manifest.scripts, ...Object.fromEntries(missing.map((name) => [name, SCRIPTS[name]])) };
  return write('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
}

const DEV_VARS_EXAMPLE = `# Secrets for \`wrangler dev\`: copy to .dev.vars, which git ignores. Deployed environments have their own:
# npx copilotkit-gate secrets

# Binds threads to their users: at least 32 random bytes, base64url.
# node -p "require('crypto').randomBytes(32).toString('base64url')"
THREAD_KEY=""

# Signs assertions: a private JWK (ES256 or Ed25519).
# ASSERTION_KEY='{"kty":"EC","crv":"P-256","x":"…","y":"…","d":"…"}'
`;

const CASES = `# Who may do what: npx copilotkit-gate decide gate.cases.yaml [--env production]
users: # claims of their tokens; what the issuer demands is filled in
  alice: { role: admin }
  bob: { role: member }
cases:
  - { who: alice, agent: default, expect: allow }
  - { who: bob, operation: threads/clear, expect: rule_denied }
  - { who: nobody, operation: info, expect: missing_token }
`;
