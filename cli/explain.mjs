// @ts-check
// `copilotkit-gate explain`: runs a token through the gate's own pipeline, and prints the result of each step.

import { readFileSync } from 'node:fs';
import { parseArgs, styleText } from 'node:util';
import { decide, validate } from './core.mjs';
import { remedyFor } from './dropped.mjs';
import { Failure } from './failure.mjs';
import { now, offline, online } from './host.mjs';
import { isLong, lifetimeOf, looksOf, remedyOf } from './looks.mjs';
import { PROJECT_OPTIONS, readProject } from './project.mjs';
import { explained } from './reasons.mjs';
import { otherEncoding, secretsWithoutValue } from './secret-encoding.mjs';
import { readSecretly } from './stdin.mjs';
import { json, timeOf, visible } from './terminal.mjs';

/** @typedef {import('./core.mjs').Settings} Settings */
/** @typedef {import('./core.mjs').Facts} Facts */
/** @typedef {import('./core.mjs').Told} Told */
/** @typedef {import('./core.mjs').Decision} Decision */
/** @typedef {import('./core.mjs').Step} Step */
/**
 * What is known of a token besides the decision.
 *
 * @typedef {ReturnType<typeof about> & Awaited<ReturnType<typeof ofSecrets>>} Seen
 */

export const help = `Usage: copilotkit-gate explain [TOKEN|-] [OPTION...]

Runs a token through the gate's own pipeline with the settings of an environment, and prints the result of each step: for a
refusal the exact reason, its basis and the remedy; for a pass the rule, the identity headers and the body that the upstream
would get. It says what the token looks like, how long it lives, and which line of the settings keeps its kind out. The token is read from standard input, or at a terminal from a prompt that does not show it.

  --env NAME         the environment (the top level)
  --config FILE      another configuration
  --keys FILE        the issuer's JWK Set
  --live             fetch the JWK Set from the issuer instead
  --operation NAME   the operation (info), e.g. agent/run, threads/list
  --agent ID         the agent (default)
  --thread ID        the thread (thread-1)
  --body FILE        the agent's input, instead of an empty one
  --at TIME          the time of the request: seconds since 1970, or a date such as 2026-11-25T12:00:00Z
  --no-token         decide about a request without a token
  --json             print one JSON object

Examples:
  pbpaste | copilotkit-gate explain - --env production --live
  copilotkit-gate mint --sub bob | copilotkit-gate explain - --keys jwks.json --operation agent/run --agent ops

Exit codes: 0 allowed, 1 refused, 2 cannot be decided.`;

/** @satisfies {import('node:util').ParseArgsOptionsConfig} */
const OPTIONS = {
  ...PROJECT_OPTIONS,
  keys: { type: 'string' },
  live: { type: 'boolean' },
  operation: { type: 'string', default: 'info' },
  agent: { type: 'string', default: 'default' },
  thread: { type: 'string', default: 'thread-1' },
  body: { type: 'string' },
  at: { type: 'string' },
  'no-token': { type: 'boolean' },
  json: { type: 'boolean' },
};

/** The steps of the gate (`Step` in src/wire/step.rs), in their order. */
const STEPS = {
  credential: 'credential',
  token: 'token',
  issuer: 'issuer',
  algorithm: 'algorithm',
  key: 'key',
  signature: 'signature',
  claims: 'claims',
  identity: 'identity',
  revocation: 'revocation',
  operation: 'operation',
  rules: 'rules',
  upstream: 'upstream',
};
/** Steps that a request without a token does not go through. */
const OF_TOKENS = ['token', 'issuer', 'algorithm', 'key', 'signature', 'claims', 'identity', 'revocation'];

/** @param {string[]} args */
export async function run(args) {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length > 1) throw new Failure('give one token, or - for standard input', 2);
  const { environments } = await readProject({ ...values, env: values.env ?? '' });
  const { settings, missing } = environments[0];
  const at = values.at === undefined ? now() : timeFrom(values.at);
  const token = values['no-token'] ? undefined : await tokenFrom(positionals[0]);
  const request = {
    token,
    operation: values.operation,
    agent: values.agent,
    thread: values.thread,
    body: values.body ? file(values.body) : JSON.stringify(emptyInput(values.thread)),
    origin: 'https://gate.invalid',
  };
  const host = values.live ? online({ at }) : offline({ at, keySet: values.keys && keySetFrom(values.keys) });
  const told = await decide(settings, request, host);
  if (told.misconfigured) {
    const { setting, fault } = told.misconfigured;
    throw new Failure(`the settings are wrong, so the gate refuses every request: ${setting} ${fault}. Run check`, 2);
  }
  if (told.unknown_operation) {
    throw new Failure(`there is no operation "${values.operation}": ${told.unknown_operation.join(', ')}`, 2);
  }
  if (told.invalid) throw new Failure(`the request cannot be read: ${told.invalid}`, 2);
  // The core has decided, so the settings have no fault.
  const { facts } = /** @type {{facts: Facts}} */ (validate(settings));
  const lacksKeys = told.decision.reason === 'keys_unavailable' && !values.live;
  const seen =
    token === undefined
      ? undefined
      : {
          ...about(token, told.decision.reason),
          ...(await ofSecrets({ told, settings, facts, missing, request, host })),
        };
  if (values.json) console.log(json({ ...told, ...seen }, 2));
  else print({ told, token, seen, at, facts, settings, missing, lacksKeys });
  if (lacksKeys) {
    if (!values.json) console.error("✗ not decided: give the issuer's keys with --keys FILE, or let --live fetch them");
    return 2;
  }
  return told.decision.outcome === 'allow' ? 0 : 1;
}

/**
 * What the token says, what it looks like, and how long it lives.
 *
 * @param {string} token
 * @param {string} reason
 */
function about(token, reason) {
  const says = saysOf(token);
  return {
    says,
    looks: looksOf(token, says, reason),
    lifetime: lifetimeOf(says),
    change: remedyOf(token, says, reason) ?? explained(reason)?.change,
  };
}

/**
 * Where an HMAC fails: the encoding of the secret with which it holds, and the secrets whose values are not here.
 *
 * @param {{
 *   told: Told, settings: Settings, facts: Facts, missing: string[], request: import('./core.mjs').Request,
 *   host: import('./core.mjs').Host,
 * }} about
 * @returns {Promise<{secrets_without_value?: string[], secret_encoding?: {index: number, encoding: string}}>}
 */
async function ofSecrets({ told, settings, facts, missing, request, host }) {
  if (told.decision.reason !== 'bad_signature') return {};
  const holds = (/** @type {Settings} */ changed) =>
    decide(changed, request, host).then((again) => again.decision && again.decision.reason !== 'bad_signature');
  const without = secretsWithoutValue(settings, missing);
  return {
    ...(without.length > 0 && { secrets_without_value: without }),
    secret_encoding: await otherEncoding({ settings, facts, missing, holds }),
  };
}

/** @param {string | undefined} argument */
async function tokenFrom(argument) {
  if (argument !== undefined && argument !== '-') {
    console.error("! a token is a credential: this one is now in your shell's history. Pipe it instead");
  }
  const given = argument === undefined || argument === '-' ? await readSecretly('Token: ') : argument;
  const token = given.trim().replace(/^bearer +/i, '');
  if (token === '') throw new Failure('there is no token on standard input', 2);
  return token;
}

/**
 * @param {{
 *   told: Told, token: string | undefined, seen: Seen | undefined, at: number, facts: Facts, settings: Settings,
 *   missing: string[], lacksKeys: boolean,
 * }} about
 */
function print({ told, token, seen, at, facts, settings, missing, lacksKeys }) {
  const { decision, step } = told;
  const steps = /** @type {Step[]} */ (Object.keys(STEPS));
  const refusedAt = step === undefined ? -1 : steps.indexOf(step);
  const details = detailsOf({ told, token, facts, missing });
  if (seen) printClaims(seen, at);
  for (const [index, name] of steps.entries()) {
    if (!token && OF_TOKENS.includes(name)) continue;
    if (step !== undefined && index > refusedAt) break;
    const isRefusal = index === refusedAt;
    const mark = isRefusal ? styleText('red', lacksKeys ? '?' : '✗') : styleText('green', '✓');
    const text = isRefusal ? decision.reason : (details[name] ?? '');
    console.log(`${mark} ${STEPS[name].padEnd(10)} ${visible(text)}`.trimEnd());
  }
  if (lacksKeys) return;
  console.log('');
  if (step !== undefined) printRefusal({ told, seen, settings, facts });
  else printPass({ told, settings, missing });
  if (seen) printLooks(seen);
}

/**
 * What the token looks like, and the line that keeps its kind out.
 *
 * @param {Seen} seen
 */
function printLooks({ looks, lifetime }) {
  for (const { what, because, keepOut } of looks) {
    console.log(visible(`  looks     like ${what} (${because})`));
    if (keepOut) console.log(visible(`  keep out  such tokens: ${keepOut}`));
  }
  if (lifetime !== undefined && isLong(lifetime)) {
    console.log(`  lives     ${span(lifetime)}: long for an access token. max_age refuses it earlier`);
  }
}

/**
 * @param {Seen} seen
 * @param {number} at
 */
function printClaims({ says, lifetime }, at) {
  if (!says) return;
  const { header, claims } = says;
  const times = ['exp', 'nbf', 'iat'].filter((name) => Number.isFinite(claims[name]));
  const lines = [
    [
      'header',
      Object.entries(header)
        .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
        .join(', '),
    ],
    ...['iss', 'aud', 'sub', 'azp', 'client_id'].flatMap((name) =>
      name in claims ? [[name, JSON.stringify(claims[name])]] : [],
    ),
    ...times.map((name) => [name, `${timeOf(claims[name] * 1000)} (${fromNow(claims[name] - at)})`]),
    ...(lifetime === undefined ? [] : [['lives', span(lifetime)]]),
  ];
  console.log(styleText('dim', 'Content of the token, untrusted until its signature is verified:'));
  for (const [name, text] of lines) console.log(styleText('dim', `  ${name.padEnd(9)} ${visible(text)}`));
  console.log('');
}

/**
 * @param {{told: Told, token: string | undefined, facts: Facts, missing: string[]}} about
 * @returns {Partial<Record<Step, string>>}
 */
function detailsOf({ told, token, facts, missing }) {
  const { decision, identity, upstream } = told;
  const index = facts.issuers.findIndex(({ issuer }) => issuer === decision.issuer);
  const thread = decision.thread && !missing.includes('THREAD_KEY') ? `, thread ${decision.thread}` : '';
  return {
    credential: token ? `one token, ${token.length} bytes` : 'none',
    issuer: index === -1 ? (decision.issuer ?? '') : `ISSUERS[${index}] ${decision.issuer}`,
    algorithm: decision.alg ?? '',
    key: decision.kid ? `kid ${decision.kid}` : 'the only one that fits',
    signature: 'verified',
    identity: identity && Object.keys(identity).join(', '),
    revocation: 'not checked here: only the gate reads REVOKED',
    operation: decision.operation && `${decision.operation}${decision.agent ? ` of ${decision.agent}` : ''}${thread}`,
    rules: decision.rule === undefined ? 'no rule decides: the default allows it' : `${ruleOf(decision)} allows it`,
    upstream: upstream && `${upstream.method} ${upstream.url}`,
  };
}

/** @param {{told: Told, seen: Seen | undefined, settings: Settings, facts: Facts}} about */
function printRefusal({ told, seen, settings, facts }) {
  // A refusal has an answer.
  const { decision, answer, unmet, step } = /** @type {Told & {answer: object}} */ (told);
  const why = explained(decision.reason);
  console.log(
    styleText(
      'bold',
      visible(`Refused: ${decision.reason}${decision.claim ? ` (${decision.claim})` : ''}, ${why?.means ?? ''}`),
    ),
  );
  console.log(`  caller    ${decision.status} ${visible(`${answer.code}: ${answer.message}`)}`);
  console.log(`  basis     ${why?.basis ?? ''}`);
  if (step === 'rules') {
    const rule = decision.rule === undefined ? undefined : rulesOf(settings)[decision.rule];
    console.log(
      `  rule      ${decision.rule === undefined ? 'none: denied by default' : visible(`${ruleOf(decision)} ${rule ? JSON.stringify(rule) : ''}`)}`,
    );
    if (unmet) console.log(`  lacks     ${json(unmet)}`);
  }
  const expected = expectedBy(decision.reason, facts);
  if (expected) console.log(`  expected  ${visible(expected)}`);
  for (const name of seen?.secrets_without_value ?? []) {
    console.log(
      `  secret    ${visible(name)} has no value here: a stand-in verified the signature. Put it into .dev.vars`,
    );
  }
  const other = seen?.secret_encoding;
  if (other) {
    console.log(
      `  secret    the signature verifies with secret_encoding = "${other.encoding}" in ISSUERS[${other.index}]`,
    );
  }
  console.log(`  change    ${visible(other ? 'set secret_encoding' : (seen?.change ?? why?.change ?? ''))}`);
}

/**
 * The values that the settings expect in the token.
 *
 * @param {string} reason
 * @param {Facts} facts
 */
function expectedBy(reason, { issuers }) {
  const all = (/** @type {'issuer' | 'tenants' | 'audience' | 'algorithms' | 'typ' | 'authorized_parties'} */ member) =>
    issuers.flatMap((issuer) => issuer[member] ?? []).join(', ');
  /** @type {Record<string, Parameters<typeof all>[0]>} */
  const members = {
    unknown_issuer: 'issuer',
    wrong_issuer: 'tenants',
    wrong_audience: 'audience',
    algorithm_not_allowed: 'algorithms',
    token_type_not_listed: 'typ',
    authorized_party_not_listed: 'authorized_parties',
  };
  return members[reason] && all(members[reason]);
}

/** @param {{told: Told, settings: Settings, missing: string[]}} about */
function printPass({ told, settings, missing }) {
  const { decision, identity, upstream } = told;
  const rule = decision.rule === undefined ? undefined : rulesOf(settings)[decision.rule];
  console.log(styleText('bold', `Allowed${decision.rule === undefined ? ' by default' : ` by ${ruleOf(decision)}`}`));
  if (rule) console.log(`  rule      ${json(rule)}`);
  if (decision.report)
    console.log(
      `  report    ${visible(`${ruleOf(decision.report)} would ${decision.report.outcome}: ${decision.report.reason}`)}`,
    );
  if (!upstream) return;
  console.log('  identity headers that the upstream gets');
  for (const [name, value] of Object.entries(identity ?? { 'x-user-id': 'anonymous' }))
    console.log(`    ${visible(`${name}: ${value}`)}`);
  console.log(`  also set  ${visible(upstream.sets.join(', '))}`);
  if (upstream.body !== null) console.log(`  body      ${json(upstream.body)}`);
  for (const each of decision.dropped ?? []) {
    console.log(visible(`  taken out ${each}; what lets it pass: ${remedyFor(each)}`));
  }
  if (decision.thread && missing.includes('THREAD_KEY')) {
    console.log('  note      THREAD_KEY has no value here: a stand-in seals the thread id');
  }
}

/**
 * The place of a rule in the settings, with its name where it has one.
 *
 * @param {{rule?: number, rule_name?: string}} decision
 */
const ruleOf = ({ rule, rule_name }) => `RULES[${rule}]${rule_name === undefined ? '' : ` (${rule_name})`}`;

/**
 * The rules as the settings write them, which may be as a string of JSON.
 *
 * @param {Settings} settings
 * @returns {object[]}
 */
function rulesOf({ vars: { RULES = [] } }) {
  return typeof RULES === 'string' ? JSON.parse(RULES) : RULES;
}

/**
 * Header and claims of a JWT, without its signature; undefined where it is none.
 *
 * @param {string} token
 * @returns {import('./looks.mjs').Says | undefined}
 */
function saysOf(token) {
  try {
    const [header, claims] = token
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    return header && claims && typeof claims === 'object' ? { header, claims } : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} threadId */
const emptyInput = (threadId) => ({
  threadId,
  runId: 'run-1',
  state: {},
  messages: [],
  tools: [],
  context: [],
  forwardedProps: {},
});

/** @param {string} path */
function keySetFrom(path) {
  const text = file(path);
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    throw new Failure(`${path} is not JSON: --keys needs a JWK Set`, 2);
  }
}

/** @param {string} path */
function file(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Failure(`${path} cannot be read: ${error.code}`, 2);
  }
}

/** @param {string} text */
function timeFrom(text) {
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.floor(Date.parse(text) / 1000);
  if (Number.isNaN(seconds))
    throw new Failure(`--at is "${text}", but a time such as 1800000000 or 2026-11-25T12:00:00Z is needed`, 2);
  return seconds;
}

/** @param {number} seconds */
const fromNow = (seconds) => (seconds < 0 ? `${span(-seconds)} ago` : `in ${span(seconds)}`);

/**
 * A time of so many seconds, in words.
 *
 * @param {number} seconds
 */
function span(seconds) {
  const units = { days: 86400, hours: 3600, minutes: 60 };
  const [unit, amount] = Object.entries(units).find(([, size]) => seconds >= 2 * size) ?? ['seconds', 1];
  return `${Math.round(seconds / amount)} ${unit}`;
}
