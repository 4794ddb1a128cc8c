// @ts-check
// The core of the gate, compiled for Node: the very code of the Worker checks settings, tokens and requests here.

import { existsSync } from 'node:fs';
import { Failure } from './failure.mjs';

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
 */
export const validate = (settings) => JSON.parse(core.check(JSON.stringify(settings)));

/** What becomes of `request` under `settings`; see `explain` in src/node/explain.rs. */
export async function decide(settings, request, host) {
  return JSON.parse(await core.explain(JSON.stringify(settings), JSON.stringify(request), host));
}

/** Gets an issuer's key set as the gate does: undefined, or the fault. */
export async function renewKeys(settings, index, host) {
  return JSON.parse(await core.renewKeys(JSON.stringify(settings), index, host)) ?? undefined;
}

/** What the gate makes of each key of a set: a list, or why it is no set. */
export const validateKeys = (settings, index, document) =>
  JSON.parse(core.validateKeys(JSON.stringify(settings), index, document));
