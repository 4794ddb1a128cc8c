// @ts-check
// The settings of a gate for wrangler, as `init` writes them.

import { readFileSync } from 'node:fs';
import { settingsFor } from './backends.mjs';
import { noted } from './config-file.mjs';

/**
 * @typedef {{
 *   provider: string, issuer?: string, audience?: string, party?: string, tenant?: string, origin: string, domain?: string,
 *   backend?: import('./backends.mjs').Chosen, page: string[], name: string, hides: boolean,
 * }} Answers
 */
/** @typedef {{isDeployed: boolean}} Where */

/**
 * Providers, by the name of their page: an issuer to fill in, and the questions to ask.
 *
 * @type {Record<string, {
 *   name: string, issuer: object, identity?: Record<string, unknown>, vars?: object, secrets?: string[], notes?: string[],
 *   asks: Record<string, string>,
 * }>}
 */
export const PROVIDERS = JSON.parse(readFileSync(new URL('providers.json', import.meta.url), 'utf8'));

/** What is deployed; the top level is for `wrangler dev`, on this machine. */
const ENVIRONMENTS = ['dev', 'staging', 'production'];
const PLACEMENT =
  'Runs near the caller. If users are far from a runtime in one region, set region = "aws:eu-central-1" instead of mode.';
const LIMIT =
  'Runs and suggestions cost money. A rule with these members bounds both, for each caller, once RUNS is bound (docs/operate.md):\noperations = ["agent/run", "agent/suggest"], allow = "authenticated", limit = { binding = "RUNS", period = 60 }\nSuggestions with available: "always" are up to seven on load and two with each message, sent as agent/run by single-route clients:\nbind RUNS with a limit of 40 for ten messages a minute, or of 10 without them.';
const PROPERTIES =
  "Properties of the page that reach the agent besides those that CopilotKit's clients send: names, globs, paths.\nx-gate-dropped in an answer names what was taken out.";
const EVENTS =
  "What browsers do not get: a framework's own events, which tell an agent's instructions, and a vendor's error messages.\nReading events takes CPU time, about 50 µs each: a long answer needs Workers Paid (docs/operate.md).";
/** What deployed environments get in place of an address that only this machine has. */
const EXAMPLE = { issuer: 'https://login.example.com', origin: 'https://runtime.example.com/api/copilotkit' };

/**
 * The configuration for the answers to `init`. `main` is the built Worker, `check` makes the command that checks.
 *
 * @param {Answers} answers
 * @param {{main: string, check: (env: string) => string}} project
 */
export function configuration(answers, { main, check }) {
  const { name, domain } = answers;
  /** @param {string} env */
  const deployed = (env) =>
    noted(`wrangler deploy --env ${env}`, {
      ...address(env, domain),
      build: noted('Stops a deployment with a fault in its settings.', { command: check(env) }),
      ...common(settings(answers, { isDeployed: true }), { isDeployed: true }),
    });
  return {
    name,
    main: noted('The built gate: wrangler has nothing to bundle.', main),
    no_bundle: true,
    compatibility_date: '2026-11-01',
    compatibility_flags: noted("The gate needs none of Node's APIs. The signal reports that a client is gone.", [
      'no_nodejs_compat',
      'enable_request_signal',
    ]),
    workers_dev: noted(
      'Keep workers_dev and [cache] off: a second address has no rules of your zone, and a cache answers before the gate decides.',
      false,
    ),
    preview_urls: false,
    build: noted('The top level is for `wrangler dev` on this machine. This stops `wrangler deploy` without --env.', {
      command: check(''),
    }),
    ...common(settings(answers, { isDeployed: false }), { isDeployed: false }),
    env: Object.fromEntries(ENVIRONMENTS.map((env) => [env, deployed(env)])),
  };
}

/**
 * Vars and bindings are not inherited by environments: each has its own.
 *
 * @param {ReturnType<typeof settings>} settings
 * @param {Where} where
 */
function common({ vars, secrets, notes }, { isDeployed }) {
  return {
    ...(isDeployed && {
      observability: noted('Keeps the decision log.', { enabled: true }),
      placement: noted(PLACEMENT, { mode: 'off' }),
      triggers: noted("Keeps a copy of every issuer's key set in KV.", { crons: ['*/5 * * * *'] }),
    }),
    secrets: isDeployed
      ? noted('`npx copilotkit-gate secrets generate NAME --env ENV` generates one.', { required: secrets })
      : noted('Values are in .dev.vars.', { required: secrets }),
    kv_namespaces: noted(isDeployed ? 'wrangler creates it at the first deployment.' : undefined, [
      { binding: 'JWKS_CACHE' },
    ]),
    vars: noted(notes, vars),
  };
}

/**
 * @param {string} env
 * @param {string | undefined} domain
 */
function address(env, domain) {
  if (!domain) {
    const comment =
      'No host was given. For a path on a host of yours:\nroutes = [\n  { pattern = "app.example.com/api/copilotkit", zone_name = "example.com" },\n  { pattern = "app.example.com/api/copilotkit/*", zone_name = "example.com" },\n]';
    return { workers_dev: noted(comment, env !== 'production') };
  }
  const [first, ...rest] = domain.split('.');
  const pattern = env === 'production' ? domain : [`${first}-${env}`, ...rest].join('.');
  return { routes: [{ pattern, custom_domain: true }], workers_dev: false };
}

/**
 * @param {Answers} answers
 * @param {Where} where
 */
function settings(answers, { isDeployed }) {
  const { name, issuer, identity, vars = {}, secrets = [], notes = [] } = PROVIDERS[answers.provider];
  const given = {
    issuer: elsewhere(answers.issuer?.replace(/\/$/, ''), EXAMPLE.issuer, isDeployed),
    audience: answers.audience,
    party: answers.party,
    tenant: answers.tenant,
  };
  const backend = answers.backend && settingsFor(answers.backend, identity);
  const headers = identity ?? backend?.identity;
  const origin = elsewhere(answers.origin, EXAMPLE.origin, isDeployed);
  const isExample = isDeployed && (origin !== answers.origin || (given.issuer && isLoopback(answers.issuer)));
  return {
    secrets: [...new Set(['THREAD_KEY', ...secrets, ...(backend?.secrets ?? [])])],
    notes: [
      `Tokens of ${name}.`,
      ...notes,
      ...(backend ? [backend.note] : []),
      ...(isDeployed ? [LIMIT] : []),
      ...(isExample ? ['Example addresses: put your own here.'] : []),
    ].join('\n'),
    vars: {
      ORIGIN_URL: origin,
      PROPERTIES: noted(PROPERTIES, []),
      ...(answers.hides && { HIDE_EVENTS: noted(EVENTS, ['RAW', 'CUSTOM:system:*']), ERROR_MESSAGES: 'hide' }),
      ...vars,
      ...backend?.vars,
      ...(answers.page.length > 0 && { ALLOWED_ORIGINS: answers.page }),
      ISSUERS: [fill(issuer, given)],
      ...(headers && { IDENTITY: headers }),
    },
  };
}

/**
 * An address of this machine is good for development alone.
 *
 * @param {string | undefined} url
 * @param {string} example
 * @param {boolean} isDeployed
 */
const elsewhere = (url, example, isDeployed) => (isDeployed && url && isLoopback(url) ? example : url);
/** @param {string | undefined} url */
const isLoopback = (url) => /^(localhost|127\.|\[::1\])|\.localhost$/.test(URL.parse(url ?? '')?.hostname ?? '');

/**
 * Puts the answers into a template; a member whose answer is missing is left out.
 *
 * @param {unknown} template
 * @param {Record<string, string | undefined>} given
 * @returns {unknown}
 */
function fill(template, given) {
  if (typeof template === 'string') {
    let isWhole = true;
    const text = template.replace(/\$(issuer|audience|party|tenant)/g, (_, name) => {
      isWhole &&= given[name] !== undefined;
      return given[name] ?? '';
    });
    return isWhole ? text : undefined;
  }
  if (Array.isArray(template)) {
    const items = template.map((item) => fill(item, given)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  if (typeof template !== 'object' || template === null) return template;
  const members = Object.entries(template).map(([name, member]) => [name, fill(member, given)]);
  const kept = members.filter(([, member]) => member !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
