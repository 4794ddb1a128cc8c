// @ts-check
// Advice: settings that are valid, but probably not intended. The core reports faults.

import { likelyHex } from './secret-encoding.mjs';
import { SECRETS } from './secret-kinds.mjs';

/** @typedef {import('./core.mjs').Facts} Facts */
/** @typedef {import('./core.mjs').Verdict} Verdict */
/** @typedef {import('./project.mjs').Environment} Environment */
/** @typedef {{advice: string, text: string, setting?: string}} Advice */

/** Settings that a Worker of another kind may have beside the gate's are none of its business; these look misspelt. */
const MOST_EDITS = 2;

/** The operations that run an agent, and with it a model that costs money. */
const COSTLY = ['agent/run', 'agent/suggest'];

/**
 * A list of `{advice, text, setting?}` for an environment that the core has checked.
 *
 * @param {Environment} environment
 * @param {Verdict} verdict
 * @returns {Advice[]}
 */
export function adviceFor(environment, { facts, faults, notices, known }) {
  // A faulty setting was replaced by a stand-in, which needs no advice.
  const isAtFault = (/** @type {string} */ setting) =>
    faults.some((fault) => fault.setting.split('.')[0] === setting.split('.')[0]);
  const found = [
    ...notices.map(({ setting, fault, remedy }) => ({
      advice: 'notice',
      setting,
      text: `${setting} ${fault}: ${remedy}`,
    })),
    ...misspelt(environment, known),
    ...secrets(environment),
    ...assertions(environment),
    ...(facts
      ? [
          ...threads(facts),
          ...browsers(facts),
          ...previews(facts),
          ...rules(environment, facts),
          ...bodies(facts),
          ...demo(environment, facts),
          ...encodings(environment),
        ]
      : []),
    ...platform(environment),
  ];
  return found.filter(({ setting }) => setting === undefined || !isAtFault(setting));
}

/**
 * What is good to know of sound settings: a list of `{note, text}`.
 *
 * @param {Environment} environment
 * @param {Verdict} verdict
 */
export function notesFor({ isDeployed }, { facts }) {
  return isDeployed && facts ? [...displaceable(facts), ...undiscerning(facts)] : [];
}

/** @param {Facts} facts */
function displaceable({ rules }) {
  const isLimited = rules.some(({ limit, operations }) => limit && operations.includes('agent/run'));
  if (isLimited) return [];
  const text =
    "on the runtime's in-memory runner, which keeps 1,000 threads for all users, one user can displace everyone's: a rule's limit on agent/run and agent/suggest prevents it";
  return [{ note: 'displaceable_threads', text }];
}

/** What tells the kinds of a provider's tokens apart. */
const KINDS = /** @type {const} */ (['typ', 'claims', 'required_claims', 'forbidden_claims', 'authorized_parties']);

/**
 * Issuers that look at nothing but the audience.
 *
 * @param {Facts} facts
 */
function undiscerning({ issuers }) {
  return issuers.flatMap((issuer, index) => {
    if (issuer.audience.length === 0 || KINDS.some((member) => (issuer[member] ?? []).length > 0)) return [];
    const text = `ISSUERS[${index}] has an audience and none of ${KINDS.join(', ')}: which tokens of this provider would it accept? ID tokens, machines and other clients may have the same audience. explain tells what a token looks like`;
    return [{ note: 'any_kind_of_token', text }];
  });
}

/**
 * Secrets whose encoding is probably another: each key is valid, and none of its tokens verifies.
 *
 * @param {Environment} environment
 * @returns {Advice[]}
 */
function encodings({ settings, local }) {
  return likelyHex(settings, local).map(({ index, name, digits }) => ({
    advice: 'secret_encoding',
    setting: `ISSUERS[${index}].secret`,
    text: `the secret ${name} has ${digits} hex digits and is read as base64url: is secret_encoding = "hex" meant, or "text"?`,
  }));
}

/**
 * @param {Facts} facts
 * @returns {Advice[]}
 */
function threads({ threads_are_isolated }) {
  if (threads_are_isolated) return [];
  const text = `threads are shared: ${SECRETS.THREAD_KEY.without}. Add THREAD_KEY to secrets.required, and set it`;
  return [{ advice: 'shared_threads', setting: 'THREADS', text }];
}

/**
 * @param {Facts} facts
 * @returns {Advice[]}
 */
function browsers({ token_cookie, lists_origins }) {
  if (!token_cookie || lists_origins) return [];
  const text = "TOKEN_COOKIE without ALLOWED_ORIGINS: only pages on the gate's own host can use the cookie";
  return [{ advice: 'cookie_without_origins', setting: 'TOKEN_COOKIE', text }];
}

/** Domains below which everybody can have a host (from the private part of the Public Suffix List). */
const SHARED = [
  'a.run.app',
  'amplifyapp.com',
  'azurestaticapps.net',
  'azurewebsites.net',
  'cloudfront.net',
  'firebaseapp.com',
  'fly.dev',
  'github.io',
  'gitlab.io',
  'herokuapp.com',
  'netlify.app',
  'ngrok.app',
  'ngrok.dev',
  'ngrok-free.app',
  'onrender.com',
  'pages.dev',
  'replit.app',
  'surge.sh',
  'trycloudflare.com',
  'up.railway.app',
  'vercel.app',
  'web.app',
  'workers.dev',
];

/**
 * Patterns of origins that cover hosts of strangers.
 *
 * @param {Facts} facts
 * @returns {Advice[]}
 */
function previews({ patterns }) {
  /** @param {string} pattern */
  const isShared = (pattern) => {
    const domain = pattern.split('*.')[1].replace(/:\d+$/, '');
    return SHARED.some((suffix) => domain === suffix || suffix.endsWith(`.${domain}`));
  };
  return patterns
    .filter(({ pattern }) => isShared(pattern))
    .map(({ setting, pattern }) => {
      const text = `${setting} has ${pattern}: everybody can have a host below that domain. Name a part of it that is yours`;
      return { advice: 'shared_suffix', setting, text };
    });
}

/**
 * @param {Environment} environment
 * @param {Facts} facts
 * @returns {Advice[]}
 */
function rules({ config: { ratelimits = [] } }, { rules }) {
  const found = [];
  const limited = rules.filter(({ limit }) => limit).flatMap(({ operations }) => operations);
  for (const [index, { enforces, limit, operations }] of rules.entries()) {
    const setting = `RULES[${index}]`;
    const missing = COSTLY.filter((name) => !limited.includes(name));
    if (limit && missing.length === 1 && operations.some((name) => COSTLY.includes(name))) {
      const text = `${setting}.limit does not count ${missing[0]}, which runs an agent, too: add it to operations`;
      found.push({ advice: 'limit_of_one', setting, text });
    }
    if (!enforces) found.push({ advice: 'report_rule', setting, text: `${setting} only reports: it decides nothing` });
    const period = ratelimits.find(({ name }) => name === limit?.binding)?.simple?.period;
    if (limit?.period && period && limit.period !== period) {
      const text = `${setting}.limit says a period of ${limit.period} s, but ${limit.binding} has one of ${period} s`;
      found.push({ advice: 'limit_period', setting, text });
    }
  }
  return found;
}

/**
 * Backends that take a message of the role for instructions, by the names of their examples.
 *
 * @type {Record<string, string>}
 */
const BELIEVERS = {
  system:
    'langgraph-fastapi and langgraph-platform (in later messages), ag2, microsoft-agent-framework, google-adk (in the first ' +
    'message), llamaindex, crewai (but for a first one); also Spring AI',
  developer: 'ag2, microsoft-agent-framework, llamaindex, crewai; also Spring AI',
};

/**
 * @param {Facts} facts
 * @returns {Advice[]}
 */
function bodies({ properties, message_roles, attachment_urls }) {
  const found = [];
  if (properties.patterns.includes('*')) {
    const text =
      'PROPERTIES lets all properties pass that the gate does not know as dangerous: name those that the app needs';
    found.push({ advice: 'open_properties', setting: 'PROPERTIES', text });
  }
  for (const name of properties.callers) {
    const text = `PROPERTIES lets ${name} pass, which names the caller: a browser can write anything there`;
    found.push({ advice: 'caller_property', setting: 'PROPERTIES', text });
  }
  for (const role of message_roles.filter((name) => name in BELIEVERS)) {
    const text = `MESSAGE_ROLES lets browsers write ${role} messages. Backends that believe them: ${BELIEVERS[role]}`;
    found.push({ advice: 'instructing_role', setting: 'MESSAGE_ROLES', text });
  }
  for (const url of attachment_urls.filter((origin) => origin === '*' || isInside(origin))) {
    const text = `ATTACHMENT_URLS has ${url}: backends fetch such addresses from inside their network`;
    found.push({ advice: 'inner_address', setting: 'ATTACHMENT_URLS', text });
  }
  return found;
}

/**
 * Whether an origin is plain http, or of a host that only this machine or this network has.
 *
 * @param {string} origin
 */
function isInside(origin) {
  const host = URL.parse(origin.replace('*.', 'star.'))?.hostname ?? '';
  const name = /(^|\.)(localhost|local|internal|localdomain)$/;
  const v4 =
    /^(0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;
  const v6 = /^\[(::1?\]|::ffff:|f[cd]|fe[89ab])/;
  return origin.startsWith('http://') || name.test(host) || v4.test(host) || v6.test(host);
}

/**
 * @param {Environment} environment
 * @param {Facts} facts
 * @returns {Advice[]}
 */
function demo({ isDeployed }, { origin_url, issuers }) {
  if (!isDeployed) return [];
  const found = [];
  if (isStandIn(origin_url)) {
    found.push({ advice: 'demo_values', setting: 'ORIGIN_URL', text: `ORIGIN_URL is still an example: ${origin_url}` });
  } else if (origin_url.startsWith('http://')) {
    found.push({ advice: 'http_origin', setting: 'ORIGIN_URL', text: `ORIGIN_URL is not https: ${origin_url}` });
  }
  for (const [index, { issuer, audience }] of issuers.entries()) {
    const isDemo = isStandIn(issuer) || audience.includes('urn:copilotkit-gate:demo');
    const setting = `ISSUERS[${index}].issuer`;
    if (isDemo) found.push({ advice: 'demo_values', setting, text: `${setting} is still an example: ${issuer}` });
  }
  return found;
}

/**
 * Loopback hosts, and the names that are kept for examples (RFC 2606).
 *
 * @param {string} url
 */
function isStandIn(url) {
  const host = URL.parse(url)?.hostname ?? '';
  return /(^|\.)(localhost|example\.(com|net|org)|example|test|invalid)$|^127\.|^\[::1\]$/.test(host);
}

/**
 * @param {Environment} environment
 * @returns {Advice[]}
 */
function secrets({ isDeployed, required, local, missing, name }) {
  const undeclared = missing.filter((secret) => !required.includes(secret));
  const found = undeclared.map((secret) => ({
    advice: 'undeclared_secret',
    text: `the secret ${secret} is used but not in secrets.required: add it, and wrangler refuses to deploy without it`,
  }));
  if (!isDeployed && name === undefined) {
    for (const secret of required.filter((each) => !Object.hasOwn(local, each))) {
      const text = `the secret ${secret} has no value here: copy .dev.vars.example to .dev.vars`;
      found.push({ advice: 'secret_without_value', text });
    }
  }
  return found;
}

/** What refuses an Ed25519 signature, and what refuses a set for one such key; docs/verify.md has them all. */
const WITHOUT_ED25519 =
  'Spring Security, Nimbus, java-jwt, .NET (JwtBearer), jsonwebtoken, jwks-rsa, HAProxy, mod_auth_openidc and Kubernetes';
const WITHOUT_SETS_OF_BOTH = 'node-jose, Tink and fusionauth-jwt';

/**
 * @param {Environment} environment
 * @returns {Advice[]}
 */
function assertions({ settings }) {
  const keys = keysOf(settings.vars.ASSERTION_KEY);
  if (!keys.some((key) => key?.crv === 'Ed25519')) return [];
  const isAlone = keys.every((key) => key?.crv === 'Ed25519');
  const signs = keys[0]?.crv === 'Ed25519' ? `${WITHOUT_ED25519} refuse its assertions` : undefined;
  const stands = isAlone ? undefined : `${WITHOUT_SETS_OF_BOTH} refuse a key set that has one beside an ES256 key`;
  const why = [signs, stands].filter(Boolean).join(', and ');
  const text = `ASSERTION_KEY has an Ed25519 key: ${why}. Use ES256 alone, which secrets generate ASSERTION_KEY makes`;
  return [{ advice: 'ed25519_assertions', setting: 'ASSERTION_KEY', text }];
}

/**
 * The keys of a JWK or of a set, as text or as a table; none of what is neither: the core reports that.
 *
 * @param {any} value
 * @returns {{crv?: string}[]}
 */
function keysOf(value) {
  try {
    const parsed = typeof value === 'string' ? JSON.parse(value) : (value ?? {});
    return Array.isArray(parsed.keys) ? parsed.keys : [parsed];
  } catch {
    return [];
  }
}

/**
 * @param {Environment} environment
 * @returns {Advice[]}
 */
function platform({ config, isDeployed, settings }) {
  /** @type {Advice[]} */
  const found = [];
  /**
   * @param {string} advice
   * @param {string} text
   */
  const add = (advice, text) => found.push({ advice, text });
  if (settings.bindings.JWKS_CACHE !== 'kv_namespace') {
    add('no_kv', 'no KV namespace is bound as JWKS_CACHE: every isolate asks the provider for its keys');
  }
  if (!isDeployed) return found;
  if ((config.triggers?.crons ?? []).length === 0) {
    add(
      'no_cron',
      'no cron trigger: key sets in KV are renewed by requests only. Add triggers.crons = ["*/5 * * * *"]',
    );
  }
  const { observability } = config;
  if (!(observability?.logs?.enabled ?? observability?.enabled)) {
    add('logs_off', 'logs are off: decisions are not kept. Set observability.enabled = true');
  }
  if (config.cache?.enabled) {
    add('cache_on', 'Workers Cache is on: it would answer before the gate decides. Remove cache.enabled');
  }
  const routes = config.routes ?? (config.route ? [config.route] : []);
  if (routes.length === 0 && config.workers_dev === false) {
    add('no_address', 'there is no route and no custom domain: no client can reach this environment');
  } else if (routes.length > 0 && config.workers_dev === true) {
    add('second_address', 'workers_dev adds a second address, to which the rules of your zone do not apply');
  }
  return found;
}

/**
 * Vars that the gate does not read, but whose names are close to one that it does.
 *
 * @param {Environment} environment
 * @param {string[]} known
 * @returns {Advice[]}
 */
function misspelt({ config }, known) {
  return Object.keys(config.vars ?? {}).flatMap((name) => {
    if (known.includes(name)) return [];
    const close = known.find((other) => edits(name, other) <= MOST_EDITS);
    if (!close) return [];
    return [{ advice: 'unknown_setting', setting: name, text: `${name} is not a setting of the gate; ${close} is` }];
  });
}

/**
 * Levenshtein distance.
 *
 * @param {string} a
 * @param {string} b
 */
function edits(a, b) {
  let row = [...Array(b.length + 1).keys()];
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min(row[j] + (char === other ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    }
    row = next;
  }
  return row[b.length];
}
