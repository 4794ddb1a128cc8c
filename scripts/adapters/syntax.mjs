// @ts-check
// Names and patterns in the syntax tree of a JavaScript program.

/**
 * A node of the program, with the members that its type has, and those that the reader notes on it.
 *
 * @typedef {{type: string} & Record<string, any>} Node
 */

/** @param {{type?: string}} node */
export const isFunction = ({ type }) =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type ?? '');
/** @param {Node} node */
export const isPattern = ({ value }) => /Pattern$/.test(value.type);
/**
 * The place of the member `name` of the place `path`.
 *
 * @param {string} path
 * @param {string} name
 */
export const below = (path, name) => `${path}.${path.startsWith('headers') ? name.toLowerCase() : name}`;

/**
 * The name of a member that is written down.
 *
 * @param {Node | undefined} node
 * @returns {string | undefined}
 */
export function keyOf(node) {
  if (node?.type === 'ChainExpression') return keyOf(node.expression);
  if (node?.type !== 'MemberExpression') return undefined;
  if (!node.computed) return node.property.name;
  return node.property.type === 'Literal' ? `${node.property.value}` : undefined;
}

/**
 * The variables of a pattern, each with the place that it becomes where the whole is `path`.
 *
 * @param {Node | null | undefined} pattern
 * @param {string | undefined} path
 * @param {Map<string, string>} names
 * @returns {[node: Node, path: string | undefined][]}
 */
export function bound(pattern, path, names) {
  switch (pattern?.type) {
    case 'Identifier':
      return [[pattern, path]];
    case 'AssignmentPattern':
      return bound(pattern.left, path, names);
    case 'RestElement':
      return bound(pattern.argument, path, names);
    case 'ArrayPattern':
      return pattern.elements.flatMap((/** @type {Node | null} */ each) => bound(each, undefined, names));
    case 'ObjectPattern':
      return pattern.properties.flatMap((/** @type {Node} */ each) => {
        if (each.type === 'RestElement') return bound(each, undefined, names);
        const name = each.computed ? undefined : (each.key.name ?? `${each.key.value}`);
        return bound(each.value, path && name ? below(path, name) : names.get(name), names);
      });
    default:
      return [];
  }
}
