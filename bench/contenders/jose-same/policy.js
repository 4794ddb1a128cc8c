// @ts-check
// Rules: the first that is about an operation decides; without one, every verified caller may pass.

import { RULE_DENIED, insufficientScope } from './refusal.js';

/** @typedef {import('./tokens.js').Principal} Principal */
/**
 * A rule as the settings have it.
 *
 * @typedef {{
 *   agents?: string[], operations?: string[], allow?: string,
 *   require?: {roles?: string[], permissions?: string[], scopes?: string[]},
 * }} Settings
 */
/**
 * The same with its patterns compiled.
 *
 * @typedef {{
 *   agents?: RegExp[], operations?: RegExp[], named: string[], allow?: string, require: Settings['require'],
 *   lacksScope: ReturnType<typeof insufficientScope>,
 * }} Rule
 */

/** Open to nobody unless a rule names them in full: they show or change everybody's. */
const EVERYBODYS = new Set(['threads/clear', 'cpk-debug-events']);

export class Policy {
  /** @type {Rule[]} */
  #rules;
  /** Whether some rule could hide an agent from a verified caller. */
  hidesAgents;

  /** @param {Settings[]} rules */
  constructor(rules) {
    this.#rules = rules.map(({ agents, operations, allow, require }) => ({
      agents: agents?.map(glob),
      operations: operations?.map(glob),
      named: operations ?? [],
      allow,
      require,
      lacksScope: insufficientScope(require?.scopes?.join(' ')),
    }));
    this.hidesAgents = this.#rules.some(
      (rule) => (rule.require || rule.allow === 'nobody') && concerns(rule, 'agent/run'),
    );
  }

  /**
   * Decides whether `principal` may ask for `operation`, and notes in `entry` which rule said so.
   *
   * @param {Principal} principal
   * @param {{kind: string, agent?: string}} operation
   * @param {import('./entry.js').Entry} entry
   */
  decide(principal, { kind, agent }, entry) {
    const at = this.#rules.findIndex((rule) => isAbout(rule, kind, agent));
    if (at >= 0) entry.rule = at;
    const refusal = this.#refusal(principal, kind, this.#rules[at]);
    if (refusal !== undefined) throw refusal;
  }

  /**
   * Whether `principal` may ask for it.
   *
   * @param {Principal} principal
   * @param {string} kind
   * @param {string} [agent]
   */
  allows(principal, kind, agent) {
    const rule = this.#rules.find((rule) => isAbout(rule, kind, agent));
    return this.#refusal(principal, kind, rule) === undefined;
  }

  /**
   * @param {Principal} principal
   * @param {string} kind
   * @param {Rule | undefined} rule
   */
  #refusal(principal, kind, rule) {
    if (rule !== undefined) return refusalBy(rule, principal);
    return EVERYBODYS.has(kind) ? RULE_DENIED : undefined;
  }
}

/**
 * @param {Rule} rule
 * @param {string} kind
 * @param {string | undefined} agent
 */
const isAbout = (rule, kind, agent) =>
  concerns(rule, kind) &&
  (rule.agents === undefined || (agent !== undefined && rule.agents.some((pattern) => pattern.test(agent))));

/**
 * @param {Pick<Rule, 'operations' | 'named' | 'allow'>} rule
 * @param {string} kind
 */
const concerns = ({ operations, named, allow }, kind) =>
  EVERYBODYS.has(kind) && allow !== 'nobody'
    ? named.includes(kind)
    : operations === undefined || operations.some((pattern) => pattern.test(kind));

/**
 * Why the rule does not let `principal` in.
 *
 * @param {Rule} rule
 * @param {Principal} principal
 */
function refusalBy({ allow, require, lacksScope }, { claims, scopes }) {
  if (allow === 'nobody') return RULE_DENIED;
  if (require === undefined) return undefined;
  /**
   * @param {string[] | undefined} wanted
   * @param {string | string[]} claim
   */
  const holds = (wanted, claim) => wanted === undefined || [claim].flat().some((value) => wanted.includes(value));
  if (!holds(require.roles, claims.role) || !holds(require.permissions, claims.permissions)) return RULE_DENIED;
  return holds(require.scopes, scopes) ? undefined : lacksScope;
}

/**
 * A pattern in which `*` stands for any number of characters.
 *
 * @param {string} pattern
 */
const glob = (pattern) => new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`, 's');
