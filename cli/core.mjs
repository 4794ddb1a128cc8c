// @ts-check
// The core of the gate, compiled for Node: the very code of the Worker checks settings, tokens and requests here.

import { existsSync } from 'node:fs';
import { Failure } from './failure.mjs';

/**
 * What the core checks: a Worker's vars and secrets, and its bindings' kinds by name.
 *
 * @typedef {{vars: Record<string, any>, bindings: Record<string, string>}} Settings
 */
/** @typedef {{setting: string, fault: string, remedy: string}} Fault */
/**
 * An issuer in short; a claim path is the list of its steps.
 *
 * @typedef {{
 *   issuer: string, tenants: string[], audience: string[], authorized_parties: string[], algorithms: string[], typ: string[],
 *   claims: [path: string[], values: unknown[]][], subject: string[], required_claims: string[][], forbidden_claims: string[][],
 *   keys: 'discovery' | 'jwks_uri' | 'secret', url: string | null,
 * }} IssuerFacts
 */
/** @typedef {{enforces: boolean, operations: string[], limit: {binding: string, period: number | null} | null}} RuleFacts */
/**
 * The parsed settings in short; see src/node/facts.rs.
 *
 * @typedef {{
 *   base_path: string, origin_url: string, threads_are_isolated: boolean, token_cookie: string | null, anonymous: boolean,
 *   lists_origins: boolean, patterns: {setting: string, pattern: string}[], properties: {patterns: string[], callers: string[]},
 *   message_roles: string[], attachment_urls: string[], asserts: boolean, rules: RuleFacts[], issuers: IssuerFacts[],
 * }} Facts
 */
/** @typedef {{faults: Fault[], notices: Fault[], known: string[], facts: Facts | null}} Verdict */
/**
 * A request to be decided, of `operation`; without a token it has no credential.
 *
 * @typedef {{
 *   token?: string, operation?: string, agent?: string, thread?: string, body: string, origin: string,
 * }} Request
 */
/**
 * A step of the pipeline, at which a refusal stops, as `explain` names it.
 *
 * @typedef {'credential' | 'token' | 'issuer' | 'algorithm' | 'key' | 'signature' | 'claims' | 'identity' | 'revocation' |
 *   'operation' | 'rules' | 'upstream'} Step
 */
/**
 * A line of the decision log.
 *
 * @typedef {{
 *   outcome: 'allow' | 'deny', reason: string, status: number, rule?: number, rule_name?: string, claim?: string, issuer?: string,
 *   sub?: string, alg?: string, kid?: string, operation?: string, agent?: string, thread?: string, dropped?: string[],
 *   report?: {rule?: number, rule_name?: string, outcome: string, reason: string},
 * }} Decision
 */
/**
 * What became of a request: the decision, or one of the first three, which say why there is none.
 *
 * @typedef {{
 *   misconfigured?: Fault, unknown_operation?: string[], invalid?: string, decision: Decision, step?: Step, unmet?: object,
 *   identity?: Record<string, string>, answer?: {code: string, message: string},
 *   upstream?: {method: string, url: string, sets: string[], body: unknown},
 * }} Told
 */
/**
 * What the commands lend the core; see host.mjs.
 *
 * @typedef {{
 *   now: () => number, keySet: () => string | undefined,
 *   fetch: (url: string, limit: number, fields: string) => Promise<string>,
 * }} Host
 */
/** @typedef {{algorithms: string[], fault?: undefined} | {fault: string, algorithms?: undefined}} KeyVerdict */

/** @type {string} What `npm run build -- --package` writes: a literal path would fail the check of types without it. */
const BUILT = './core/core.js';

if (!existsSync(new URL(BUILT, import.meta.url))) {
  throw new Failure('the core is not built: run `npm run build -- --package` in the repository', 2);
}
/**
 * @type {{
 *   check(settings: string): string,
 *   explain(settings: string, request: string, host: object): Promise<string>,
 *   renewKeys(settings: string, index: number, host: object): Promise<string>,
 *   validateKeys(settings: string, index: number, document: string): string,
 * }}
 */
const core = await import(BUILT);

/**
 * Checks settings `{vars, bindings}`: `faults` and `notices` are `{setting, fault, remedy}`, `known` the names that the
 * gate reads, `facts` the parsed settings (null if a fault prevents parsing).
 *
 * @param {Settings} settings
 * @returns {Verdict}
 */
export const validate = (settings) => JSON.parse(core.check(JSON.stringify(settings)));

/**
 * What becomes of `request` under `settings`; see `explain` in src/node/explain.rs.
 *
 * @param {Settings} settings
 * @param {Request} request
 * @param {Host} host
 * @returns {Promise<Told>}
 */
export async function decide(settings, request, host) {
  return JSON.parse(await core.explain(JSON.stringify(settings), JSON.stringify(request), host));
}

/**
 * Gets an issuer's key set as the gate does: undefined, or the fault.
 *
 * @param {Settings} settings
 * @param {number} index
 * @param {Host} host
 * @returns {Promise<string | {status?: number, redirect?: number} | undefined>}
 */
export async function renewKeys(settings, index, host) {
  return JSON.parse(await core.renewKeys(JSON.stringify(settings), index, host)) ?? undefined;
}

/**
 * What the gate makes of each key of a set: a list, or why it is no set.
 *
 * @param {Settings} settings
 * @param {number} index
 * @param {string} document
 * @returns {KeyVerdict[]}
 */
export const validateKeys = (settings, index, document) =>
  JSON.parse(core.validateKeys(JSON.stringify(settings), index, document));
