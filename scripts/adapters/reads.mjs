// @ts-check
// Which members of an agent's input the built JavaScript of an adapter reads: as reads.py, which says what that means.

import { Scope, scopeOf } from './scope.mjs';
import { below, bound, isFunction, isPattern, keyOf } from './syntax.mjs';

/** @typedef {import('./syntax.mjs').Node} Node */
/** @typedef {(source: string, options: object) => Node} Parse */
/**
 * A member that is read, and where.
 *
 * @typedef {{member: string, at: string}} Read
 */
/** @typedef {import('./scope.mjs').Variable} Variable */

const HANDED_ON = new Set(['forwardedProps', 'configurable']);
/** Functions of `Object` that list what they are given. */
const LISTS = new Set(['entries', 'keys', 'values', 'assign', 'fromEntries']);
/** Methods of lists, texts and header fields, which are no members. */
const METHODS = new Set(
  (
    'at concat every filter find findLast flatMap forEach get has includes indexOf length map push reduce replace set slice some ' +
    'split startsWith toLowerCase trim'
  ).split(' '),
);
const DEEPEST = 4;

/**
 * Each `{member, at}` that `source` reads, where places have the names of `names` (name → place). `parse` is Acorn's.
 *
 * @param {Parse} parse
 * @param {string} source
 * @param {string} file
 * @param {Record<string, string>} names
 * @returns {Read[]}
 */
export function readsOf(parse, source, file, names) {
  const program = parse(source, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true });
  const reader = new Reader(file, names);
  // Until no variable turns out to be a place that was not known as one.
  for (let known = -1; known !== reader.known; ) {
    known = reader.known;
    reader.visit(program, new Scope(), '<module>');
  }
  return [...reader.reads.values()];
}

class Reader {
  /** @type {Map<string, Read>} */
  reads = new Map();
  known = 0;
  /**
   * Declaring node → its variable, the same one in every round.
   *
   * @type {Map<Node, Variable>}
   */
  #declared = new Map();
  /**
   * Name → the functions and methods that have it.
   *
   * @type {Map<string, Set<Node>>}
   */
  #functions = new Map();

  /**
   * @param {string} file
   * @param {Record<string, string>} names
   */
  constructor(file, names) {
    this.file = file;
    this.names = new Map(Object.entries(names));
  }

  /**
   * @param {Node | Node[] | undefined} node
   * @param {Scope} scope
   * @param {string} symbol
   */
  visit(node, scope, symbol) {
    if (!node) return;
    if (Array.isArray(node)) {
      for (const each of node) this.visit(each, scope, symbol);
      return;
    }
    if (typeof node.type !== 'string') return;
    const method = Reflect.get(this, node.type);
    if (typeof method === 'function') method.call(this, node, scope, symbol);
    let [inner, within] = [scope, symbol];
    if (isFunction(node)) {
      inner = new Scope(scope);
      const name = node.id?.name ?? node.named;
      within = name ?? symbol;
      if (name) this.#functions.set(name, (this.#functions.get(name) ?? new Set()).add(node));
      for (const parameter of node.params) this.declare(parameter, inner, node.given?.[node.params.indexOf(parameter)]);
    } else if (/^(Program|BlockStatement|For\w*Statement|CatchClause|SwitchStatement|StaticBlock)$/.test(node.type)) {
      inner = new Scope(scope);
      if (node.param) this.declare(node.param, inner);
    }
    if (inner !== scope) this.hoist(node, inner);
    const isNamed = /^(MethodDefinition|PropertyDefinition|Property)$/.test(node.type) && !node.computed;
    if (isNamed && node.value) node.value.named = node.key.name ?? `${node.key.value}`;
    if (node.type === 'VariableDeclarator' && node.init) node.init.named = node.id.name;
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'type' && value && typeof value === 'object') this.visit(value, inner, within);
    }
  }

  /**
   * Declares what a block declares, before anything in it is looked at.
   *
   * @param {Node} node
   * @param {Scope} scope
   */
  hoist(node, scope) {
    const statements = Array.isArray(node.body) ? node.body : (node.body?.body ?? []);
    const own = [
      node.init,
      node.left,
      ...(Array.isArray(statements) ? statements : []),
      ...(node.cases ?? []).flatMap((/** @type {Node} */ { consequent }) => consequent),
    ];
    for (let each of own) {
      if (each?.type.startsWith('Export')) each = each.declaration;
      if (each?.type === 'VariableDeclaration') for (const { id } of each.declarations) this.declare(id, scope);
      if (each?.type === 'FunctionDeclaration') this.declare(each.id, scope);
    }
  }

  /**
   * Declares the variables of a pattern, and what they are where its value is the place `path`.
   *
   * @param {Node | undefined} pattern
   * @param {Scope} scope
   * @param {string} [path]
   */
  declare(pattern, scope, path) {
    for (const [node, under] of bound(pattern, path, this.names)) {
      const variable = this.#declared.get(node) ?? {};
      this.#declared.set(node, variable);
      scope.variables.set(node.name, variable);
      this.mark(variable, under);
    }
  }

  /**
   * @param {Variable | undefined} variable
   * @param {string | undefined} path
   */
  mark(variable, path) {
    if (!variable || !path || variable.path || path.split('.').length > DEEPEST) return;
    variable.path = path;
    this.known += 1;
  }

  /**
   * The place that an expression is.
   *
   * @param {Node | undefined} node
   * @param {Scope} scope
   * @returns {string | undefined}
   */
  place(node, scope) {
    switch (node?.type) {
      case 'Identifier': {
        const variable = scope.find(node.name);
        return variable ? variable.path : this.names.get(node.name);
      }
      case 'MemberExpression': {
        const name = keyOf(node);
        const inner = this.place(node.object, scope);
        if (inner) return name && !METHODS.has(name) ? below(inner, name) : undefined;
        return name === undefined ? undefined : this.names.get(name);
      }
      case 'ChainExpression':
      case 'ParenthesizedExpression':
        return this.place(node.expression, scope);
      case 'AwaitExpression':
      case 'SpreadElement':
        return this.place(node.argument, scope);
      case 'LogicalExpression':
        return this.place(node.left, scope) ?? this.place(node.right, scope);
      case 'ConditionalExpression':
        return this.place(node.consequent, scope) ?? this.place(node.alternate, scope);
      case 'AssignmentExpression':
        return this.place(node.right, scope);
      case 'SequenceExpression':
        return this.place(node.expressions.at(-1), scope);
      case 'ObjectExpression':
        return node.properties
          .filter((/** @type {Node} */ { type }) => type === 'SpreadElement')
          .map((/** @type {Node} */ { argument }) => this.place(argument, scope))
          .find(Boolean);
      case 'CallExpression': {
        const [owner, name] = [node.callee.object, keyOf(node.callee)];
        const inner = owner && this.place(owner, scope);
        // `Headers` and `URLSearchParams` are read by a method.
        if (inner && (name === 'get' || name === 'has')) {
          const [key] = node.arguments;
          return key?.type === 'Literal' ? below(inner, `${key.value}`) : undefined;
        }
        if (name === 'structuredClone' || node.callee.name === 'structuredClone') {
          return this.place(node.arguments[0], scope);
        }
        return undefined;
      }
      default:
        return undefined;
    }
  }

  /**
   * @param {string | undefined} path
   * @param {string} symbol
   */
  note(path, symbol) {
    // What is below a header field is text.
    if (!path?.includes('.') || /^headers\..*\./.test(path)) return;
    const at = `${this.file}:${symbol}`;
    this.reads.set(`${path} ${at}`, { member: path, at });
  }

  /**
   * @param {string | undefined} path
   * @param {string} symbol
   */
  noteAll(path, symbol) {
    if (path && HANDED_ON.has(path)) this.note(`${path}.*`, symbol);
  }

  /**
   * @param {Node} node
   * @param {Scope} scope
   * @param {string} symbol
   */
  MemberExpression(node, scope, symbol) {
    this.note(this.place(node, scope), symbol);
    const inner = node.computed && node.property.type !== 'Literal' && this.place(node.object, scope);
    if (inner) this.noteAll(inner, symbol);
  }

  /**
   * @param {Node} node
   * @param {Scope} scope
   * @param {string} symbol
   */
  CallExpression(node, scope, symbol) {
    this.note(this.place(node, scope), symbol);
    const name = keyOf(node.callee) ?? node.callee.name;
    const [first, second] = node.arguments;
    // Object.prototype.hasOwnProperty.call(place, 'name'), Object.hasOwn(place, 'name')
    if ((name === 'call' || name === 'hasOwn') && second?.type === 'Literal') {
      const inner = this.place(first, scope);
      if (inner) return this.note(below(inner, `${second.value}`), symbol);
    }
    if (name === 'isArray') return;
    const own = this.#functions.get(name) ?? new Set();
    for (const [index, argument] of node.arguments.entries()) {
      const path = this.place(argument, scope);
      if (path && own.size > 0) this.hand(own, index, path);
      else if (path) this.noteAll(path, symbol);
    }
    if (node.callee.object?.name === 'Object' && LISTS.has(name)) this.noteAll(this.place(first, scope), symbol);
    // What goes through a list one by one.
    const list = node.callee.object && this.place(node.callee.object, scope);
    if (list && isFunction(first ?? {})) first.given = [`${list}[]`];
  }

  /**
   * A place that is an argument is one in the functions that may be called.
   *
   * @param {Iterable<Node>} functions
   * @param {number} index
   * @param {string} path
   */
  hand(functions, index, path) {
    for (const { params } of functions) {
      for (const [node, under] of bound(params[index], path, this.names)) this.mark(this.#declared.get(node), under);
    }
  }

  /**
   * @param {Node} node
   * @param {Scope} scope
   * @param {string} symbol
   */
  BinaryExpression(node, scope, symbol) {
    if (node.operator !== 'in') return;
    const inner = this.place(node.right, scope);
    if (inner && node.left.type === 'Literal') this.note(below(inner, `${node.left.value}`), symbol);
  }

  /**
   * @param {Node} node
   * @param {Scope} scope
   * @param {string} symbol
   */
  SpreadElement(node, scope, symbol) {
    const path = this.place(node.argument, scope);
    if (path) this.noteAll(path, symbol);
  }

  /**
   * A place that is a member of something that is made goes wherever that goes.
   *
   * @param {Node} node
   * @param {Scope} scope
   * @param {string} symbol
   */
  Property(node, scope, symbol) {
    const path = node.value && node.kind === 'init' && !isPattern(node) ? this.place(node.value, scope) : undefined;
    if (path) this.noteAll(path, symbol);
  }

  /**
   * @param {Node} node
   * @param {Scope} scope
   * @param {string} symbol
   */
  VariableDeclarator(node, scope, symbol) {
    const path = this.place(node.init, scope);
    this.declare(node.id, scopeOf(scope, node.id), path);
    for (const [, under] of bound(node.id, path, this.names)) this.note(under, symbol);
    if (
      path &&
      node.id.type === 'ObjectPattern' &&
      node.id.properties.some((/** @type {Node} */ { type }) => type === 'RestElement')
    ) {
      this.noteAll(path, symbol);
    }
  }

  /**
   * @param {Node} node
   * @param {Scope} scope
   * @param {string} symbol
   */
  AssignmentExpression(node, scope, symbol) {
    const path = this.place(node.right, scope);
    if (!path) return;
    if (node.left.type === 'Identifier') this.mark(scope.find(node.left.name), path);
    else this.noteAll(path, symbol);
  }

  /**
   * @param {Node} node
   * @param {Scope} scope
   */
  ForOfStatement(node, scope) {
    const path = this.place(node.right, scope);
    if (path && node.left.type === 'VariableDeclaration') {
      node.left.declarations[0].of = path;
      for (const [each, under] of bound(node.left.declarations[0].id, `${path}[]`, this.names)) {
        if (!this.#declared.has(each)) this.#declared.set(each, {});
        this.mark(this.#declared.get(each), under);
      }
    }
  }
}
