// @ts-check
// `copilotkit-gate decide`: a table of cases against the rules of an environment, for people's own CI.

import { styleText } from 'node:util';
// @ts-expect-error `npm run build -- --package` writes it, from libraries.mjs
import { parseYaml } from './core/libraries.cjs';
import { decide, validate } from './core.mjs';
import { remedyFor } from './dropped.mjs';
import { Failure } from './failure.mjs';
import { now, offline } from './host.mjs';
import { file } from './input.mjs';
import { readOptions } from './options.mjs';
import { PROJECT_OPTIONS, readProject } from './project.mjs';
import { explained } from './reasons.mjs';
import { secretBytes } from './secret-encoding.mjs';
import { json, visible } from './terminal.mjs';
import { claimsFor, mintToken, preferredAlgorithm, sharedKey, throwAwayKey } from './token.mjs';

/** @typedef {import('./core.mjs').Settings} Settings */
/** @typedef {Record<string, any>} Claims */
/**
 * A case of the table, as its author wrote it.
 *
 * @typedef {{
 *   name?: string, who: string, operation?: string, agent?: string, thread?: string, body?: object, expect: string,
 *   rule?: number | string,
 * }} Case
 */
/** @typedef {(who: string, claims: Claims) => {token: string, host: import('./core.mjs').Host}} Signer */

export const help = `Usage: copilotkit-gate decide FILE [--env NAME] [--config FILE] [--json]

Tests the rules of an environment against a table of cases. Each user's claims become a token, signed with a throw-away key,
and the gate's own code decides about it. FILE is YAML or JSON:

  users:
    alice: { role: admin, permissions: [agents:run] }   # claims
    bob: { role: member }
  cases:
    - { who: alice, agent: ops, expect: allow }         # the operation is agent/run if there is an agent
    - { who: bob, agent: ops, expect: rule_denied, rule: 2 }
    - { who: nobody, operation: info, expect: missing_token }
    - { who: bob, agent: faq, body: { forwardedProps: { theme: dark } }, expect: allow }

\`expect\` is allow, deny, or the exact reason; \`rule\` is the position of the rule that decides, or its name. \`body\` is
laid over an empty input of the agent, and the names of what the gate takes out of it are printed. \`nobody\` has no token. With
several issuers, a user's claim \`iss\` selects one.

  --env NAME     the environment (the top level)
  --config FILE  another configuration
  --json         print one JSON object

Example:
  copilotkit-gate decide gate.cases.yaml --env production

Exit codes: 0 all as expected, 1 some differ, 2 the file cannot be read.`;

const MEMBERS = ['name', 'who', 'operation', 'agent', 'thread', 'body', 'expect', 'rule'];

/** @satisfies {import('node:util').ParseArgsOptionsConfig} */
const OPTIONS = { ...PROJECT_OPTIONS, json: { type: 'boolean' } };

/** @param {string[]} args */
export async function run(args) {
  const { values, positionals } = readOptions({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length !== 1) throw new Failure('give one file of cases', 2);
  const { users, cases } = readCases(positionals[0]);
  const { environments } = await readProject({ ...values, env: values.env ?? '' });
  const { settings } = environments[0];
  const { facts, faults } = validate(settings);
  if (faults.length > 0 || !facts) throw new Failure(`${faults[0].setting} ${faults[0].fault}: run check first`, 2);
  const sign = signer(settings, facts);
  const results = [];
  for (const each of cases) results.push(await decideCase(each, { settings, users, sign }));
  const wrong = results.filter(({ isRight }) => !isRight).length;
  if (values.json) console.log(json({ cases: results }, 2));
  else {
    for (const result of results) print(result);
    const verdict = wrong === 0 ? styleText('green', 'all as expected') : styleText('red', `${wrong} not as expected`);
    console.log(`\n${results.length} case${results.length > 1 ? 's' : ''}: ${verdict}`);
  }
  return wrong === 0 ? 0 : 1;
}

/**
 * @param {Case} given
 * @param {{settings: Settings, users: Record<string, Claims>, sign: Signer}} by
 */
async function decideCase(given, { settings, users, sign }) {
  const operation = given.operation ?? (given.agent ? 'agent/run' : 'info');
  const { token, host } = given.who === 'nobody' ? { host: offline() } : sign(given.who, users[given.who] ?? {});
  const { agent = 'default', thread = 'thread-1' } = given;
  const body = JSON.stringify({
    threadId: thread,
    runId: 'r',
    state: {},
    messages: [],
    tools: [],
    context: [],
    forwardedProps: {},
    ...given.body,
  });
  const told = await decide(settings, { token, operation, agent, thread, body, origin: 'https://gate.invalid' }, host);
  if (told.unknown_operation) throw new Failure(`there is no operation "${operation}"`, 2);
  const { outcome, reason, rule, rule_name: ruleName } = told.decision;
  const isOutcome = ['allow', 'deny'].includes(given.expect);
  const isExpected = given.expect === (isOutcome ? outcome : reason);
  const isRight = isExpected && [undefined, rule, ruleName].includes(given.rule);
  const what = operation === 'agent/run' ? `run ${agent}` : `${operation}${given.agent ? ` of ${agent}` : ''}`;
  const { dropped = [] } = told.decision;
  const decided = { outcome, reason, decidedBy: rule ?? null, rule_name: ruleName ?? null, dropped };
  return { ...given, operation, what, ...decided, unmet: told.unmet ?? null, isRight };
}

/**
 * A function that makes a user's token, and the host that knows its key.
 *
 * @param {Settings} settings
 * @param {import('./core.mjs').Facts} facts
 * @returns {Signer}
 */
function signer(settings, { issuers }) {
  const keys = new Map();
  /** @param {number} index */
  const keyOf = (index) => {
    if (!keys.has(index)) {
      const { algorithms, keys: place } = issuers[index];
      const alg = preferredAlgorithm(algorithms);
      keys.set(index, place === 'secret' ? sharedKey(alg, secretBytes(settings, index)) : throwAwayKey(alg));
    }
    return keys.get(index);
  };
  return (who, claims) => {
    const named = claims.iss === undefined ? 0 : issuers.findIndex(({ issuer }) => issuer === claims.iss);
    const index = Math.max(named, 0);
    const key = keyOf(index);
    const at = now();
    const all = claimsFor(issuers[index], { sub: who, at, claims });
    const token = mintToken(key, all, { typ: issuers[index].typ?.[0] });
    return { token, host: offline({ at, keySet: key.jwk && JSON.stringify({ keys: [key.jwk] }) }) };
  };
}

/** @param {Awaited<ReturnType<typeof decideCase>>} result */
function print({
  name,
  who,
  what,
  outcome,
  reason,
  decidedBy,
  rule_name: ruleName,
  dropped,
  unmet,
  expect,
  rule,
  isRight,
}) {
  const may = outcome === 'allow' ? 'may' : 'may not';
  const by = decidedBy === null ? 'by default' : `by rule ${decidedBy}${ruleName === null ? '' : ` (${ruleName})`}`;
  const why = outcome === 'allow' ? `allowed ${by}` : `${reason} ${by}`;
  const lacks = unmet && !isRight ? `, lacks ${JSON.stringify(unmet)}` : '';
  const mark = isRight ? styleText('green', '✓') : styleText('red', '✗');
  const wanted = isRight ? '' : `; expected ${expect}${rule === undefined ? '' : ` by rule ${rule}`}`;
  const text = `${name ? `${name}: ` : ''}${who} ${may} ${what}: ${why}${lacks}${wanted}`;
  console.log(`${mark} ${visible(text)}`);
  for (const each of dropped) console.log(visible(`  taken out: ${each}; what lets it pass: ${remedyFor(each)}`));
}

/**
 * @param {string} path
 * @returns {{users: Record<string, Claims>, cases: Case[]}}
 */
function readCases(path) {
  let table;
  const text = file(path);
  try {
    table = parseYaml(text);
  } catch (error) {
    // The reader of YAML shows the place in further lines.
    throw new Failure(`${path} cannot be read: ${error.message.split('\n')[0].replace(/:$/, '')}`, 2);
  }
  const { users = {}, cases } = table ?? {};
  if (!Array.isArray(cases) || cases.length === 0) throw new Failure(`${path} has no cases: see decide --help`, 2);
  for (const [index, each] of cases.entries()) {
    const unknown = Object.keys(each ?? {}).find((member) => !MEMBERS.includes(member));
    if (unknown) throw new Failure(`${path}: cases[${index}].${unknown} is unknown: one of ${MEMBERS.join(', ')}`, 2);
    if (typeof each?.who !== 'string' || typeof each.expect !== 'string') {
      throw new Failure(`${path}: cases[${index}] needs who and expect`, 2);
    }
    if (!['allow', 'deny'].includes(each.expect) && explained(each.expect) === undefined) {
      const right = 'allow, deny, or a reason of the log (docs/operate.md)';
      throw new Failure(`${path}: cases[${index}].expect is ${each.expect}, but no reason has that name: ${right}`, 2);
    }
    if (each.who !== 'nobody' && !Object.hasOwn(users, each.who)) {
      throw new Failure(`${path}: cases[${index}].who is ${each.who}, who is not among users`, 2);
    }
  }
  return { users, cases };
}
