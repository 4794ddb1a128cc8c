// @ts-check
// The variables of a JavaScript program, by block and function.

import { bound } from './syntax.mjs';

/** @typedef {import('./syntax.mjs').Node} Node */
/**
 * A variable; `path` is the place that it is.
 *
 * @typedef {{path?: string}} Variable
 */

/** The variables of a block or function, by name: each an object, with the `path` of the place that it is. */
export class Scope {
  /** @type {Map<string, Variable>} */
  variables = new Map();

  /** @param {Scope} [outer] */
  constructor(outer) {
    this.outer = outer;
  }

  /**
   * @param {string} name
   * @returns {Variable | undefined}
   */
  find(name) {
    return this.variables.get(name) ?? this.outer?.find(name);
  }
}

/**
 * The scope that declares the first variable of `pattern`, from `scope` outwards; else `scope`.
 *
 * @param {Scope} scope
 * @param {Node} pattern
 */
export const scopeOf = (scope, pattern) => {
  const [first] = bound(pattern, undefined, new Map()).map(([node]) => node);
  /** @type {Scope | undefined} */
  let each = scope;
  for (; first && each; each = each.outer) if (each.variables.has(first.name)) return each;
  return scope;
};
