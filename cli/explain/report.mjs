// @ts-check
// Prints a decision: its steps, and then the refusal or what the upstream would get.

import { styleText } from 'node:util';
import { remedyFor } from '../dropped.mjs';
import { isLong } from '../looks.mjs';
import { explained } from '../reasons.mjs';
import { json, timeOf, visible } from '../terminal.mjs';

/** @typedef {import('../core.mjs').Settings} Settings */
/** @typedef {import('../core.mjs').Facts} Facts */
/** @typedef {import('../core.mjs').Told} Told */
/** @typedef {import('../core.mjs').Step} Step */
/** @typedef {import('./about.mjs').Seen} Seen */

/**
 * The steps of the gate (`Step` in src/wire/step.rs), in their order.
 *
 * @type {Step[]}
 */
const STEPS = [
  'credential',
  'token',
  'issuer',
  'algorithm',
  'key',
  'signature',
  'claims',
  'identity',
  'revocation',
  'operation',
  'rules',
  'upstream',
];
/** Steps that a request without a token does not go through. */
const OF_TOKENS = ['token', 'issuer', 'algorithm', 'key', 'signature', 'claims', 'identity', 'revocation'];

/**
 * @param {{
 *   told: Told, token: string | undefined, seen: Seen | undefined, at: number, facts: Facts, settings: Settings,
 *   missing: string[], lacksKeys: boolean,
 * }} about
 */
export function print({ told, token, seen, at, facts, settings, missing, lacksKeys }) {
  const { decision, step } = told;
  const refusedAt = step === undefined ? -1 : STEPS.indexOf(step);
  const details = detailsOf({ told, token, facts, missing });
  if (seen) printClaims(seen, at);
  for (const [index, name] of STEPS.entries()) {
    if (!token && OF_TOKENS.includes(name)) continue;
    if (step !== undefined && index > refusedAt) break;
    const isRefusal = index === refusedAt;
    const mark = isRefusal ? styleText('red', lacksKeys ? '?' : '✗') : styleText('green', '✓');
    const text = isRefusal ? decision.reason : (details[name] ?? '');
    console.log(`${mark} ${name.padEnd(10)} ${visible(text)}`.trimEnd());
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
