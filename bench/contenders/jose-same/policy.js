// @ts-check
// Rules: the first that is about an operation decides; without one, every verified caller may pass.

import { RULE_DENIED, insufficientScope } from './refusal.js';

/** Open to nobody unless a rule names them in full: they show or change everybody's. */
const EVERYBODYS = new Set(['threads/clear', 'cpk-debug-events']);

export class Policy {
  #rules;
  /** Whether some rule could hide an agent from a verified caller. */
  hidesAgents;

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

  /** Decides whether `principal` may ask for `operation`, and notes in `entry` which rule said so. */
  decide(principal, { kind, agent }, entry) {
    const at = this.#rules.findIndex((rule) => isAbout(rule, kind, agent));
    if (at >= 0) entry.rule = at;
    const refusal = this.#refusal(principal, kind, this.#rules[at]);
    if (refusal !== undefined) throw refusal;
  }

  /** Whether `principal` may ask for it. */
  allows(principal, kind, agent) {
    const rule = this.#rules.find((rule) => isAbout(rule, kind, agent));
    return this.#refusal(principal, kind, rule) === undefined;
  }

  #refusal(principal, kind, rule) {
    if (rule !== undefined) return refusalBy(rule, principal);
    return EVERYBODYS.has(kind) ? RULE_DENIED : undefined;
  }
}

const isAbout = (rule, kind, agent) =>
  concerns(rule, kind) &&
  (rule.agents === undefined || (agent !== undefined && rule.agents.some((pattern) => pattern.test(agent))));

const concerns = ({ operations, named, allow }, kind) =>
  EVERYBODYS.has(kind) && allow !== 'nobody'
    ? named.includes(kind)
    : operations === undefined || operations.some((pattern) => pattern.test(kind));

/** Why the rule does not let `principal` in. */
function refusalBy({ allow, require, lacksScope }, { claims, scopes }) {
  if (allow === 'nobody') return RULE_DENIED;
  if (require === undefined) return undefined;
  const holds = (wanted, claim) => wanted === undefined || [claim].flat().some((value) => wanted.includes(value));
  if (!holds(require.roles, claims.role) || !holds(require.permissions, claims.permissions)) return RULE_DENIED;
  return holds(require.scopes, scopes) ? undefined : lacksScope;
}

/** A pattern in which `*` stands for any number of characters. */
const glob = (pattern) => new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`, 's');
