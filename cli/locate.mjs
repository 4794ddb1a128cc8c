// @ts-check
// The line of a setting in the configuration file, or of the closest table around it.

// @ts-expect-error `npm run build -- --package` writes it, from libraries.mjs
import { findNodeAtLocation, parseTOML, parseTree } from './core/libraries.cjs';

/**
 * A function from a setting, such as `ISSUERS[0].audience`, and an environment's name to a line, or undefined.
 *
 * @param {string} path
 * @param {string} text
 * @returns {(setting: string, env?: string) => number | undefined}
 */
export function locator(path, text) {
  const bare = text.replace(/^\uFEFF/, '');
  const find = path.endsWith('.toml') ? linesOfToml(bare) : linesOfJson(bare);
  return (setting, env) => {
    const steps = [...(env === undefined ? [] : ['env', env]), 'vars', ...stepsOf(setting)];
    const least = env === undefined ? 2 : 4;
    for (let length = steps.length; length >= least; length -= 1) {
      const line = find(steps.slice(0, length));
      if (line !== undefined) return line;
    }
    return undefined;
  };
}

/**
 * `ISSUERS[0].audience` → `['ISSUERS', 0, 'audience']`.
 *
 * @param {string} setting
 */
const stepsOf = (setting) =>
  setting.split('.').flatMap((part) => {
    const [, name, index] = /^([^[]*)(?:\[(\d+)\])?$/.exec(part) ?? [undefined, part];
    return index === undefined ? [name] : [name, Number(index)];
  });

/**
 * @param {string} text
 * @returns {(steps: (string | number)[]) => number | undefined}
 */
function linesOfToml(text) {
  const lines = new Map();
  /**
   * @param {(string | number)[]} path
   * @param {{loc: {start: {line: number}}}} node
   */
  const note = (path, node) => {
    const key = JSON.stringify(path);
    if (!lines.has(key)) lines.set(key, node.loc.start.line);
  };
  /**
   * @param {(string | number)[]} path
   * @param {import('toml-eslint-parser').AST.TOMLContentNode} node
   */
  const value = (path, node) => {
    if (node.type === 'TOMLInlineTable') body(path, node.body);
    if (node.type === 'TOMLArray') {
      for (const [index, item] of node.elements.entries()) {
        note([...path, index], item);
        value([...path, index], item);
      }
    }
  };
  /**
   * @param {(string | number)[]} base
   * @param {import('toml-eslint-parser').AST.TOMLKeyValue[]} nodes
   */
  const body = (base, nodes) => {
    for (const node of nodes) {
      const path = [...base, ...node.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))];
      note(path, node);
      value(path, node.value);
    }
  };
  try {
    for (const node of parseTOML(text).body[0].body) {
      if (node.type === 'TOMLTable') {
        note(node.resolvedKey, node);
        body(node.resolvedKey, node.body);
      } else body([], [node]);
    }
  } catch {
    // wrangler has read it: the lines are a help and no more.
  }
  return (steps) => lines.get(JSON.stringify(steps));
}

/**
 * @param {string} text
 * @returns {(steps: (string | number)[]) => number | undefined}
 */
function linesOfJson(text) {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  return (steps) => {
    const node = tree && findNodeAtLocation(tree, steps);
    return node && text.slice(0, node.offset).split('\n').length;
  };
}
