#!/usr/bin/env node
// @ts-check
// Checks that the core stays a chain of rooms: every import points down the order of the modules in src/lib.rs, and no
// files import each other in a circle.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './lib/paths.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';

/**
 * A module that a source declares, and where.
 *
 * @typedef {{name: string, text: string, index: number}} Declared
 */
/**
 * An import of a file: its line, and the file that it leads to.
 *
 * @typedef {{file: string, line: number, text: string, to: string}} Import
 */
/**
 * File name → source.
 *
 * @typedef {Map<string, string>} Sources
 */

const HELP = `Usage: npm run lint:layers [-- --graph] [-- --root FOLDER]

Checks the imports of src/: each top-level module imports only modules that src/lib.rs names before it,
and no files import each other in a circle. Names file, line and rule of each import that does not fit.

  --graph   prints what each file imports
  --root    checks another crate's folder, which has a src/lib.rs`;

const DECLARATION = /^[ \t]*(?:pub(?:\([^)]*\))? )?mod (\w+);/gm;
const USE = /\buse\s+([^;]+);/g;
/** A path in code, outside a `use`. */
const PATH = /\b(?:crate|super)(?:::\w+)+/g;

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const at = args.indexOf('--root');
  const sources = read(join(at === -1 ? inRoot() : args[at + 1], 'src'));
  const order = declaredIn(sources.get('lib.rs') ?? '').map(({ name }) => name);
  const imports = [...sources.keys()].filter((file) => file !== 'lib.rs').flatMap((file) => importsOf(file, sources));
  if (args.includes('--graph')) print(imports);
  const faults = [...upward(imports, order), ...circles(imports)];
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) throw new Failure(`${faults.length} import(s) break the order ${order.join(' → ')}`);
  say(`layers: ${imports.length} imports of ${sources.size} files follow ${order.join(' → ')}, without a circle`);
}

/**
 * File name below `folder` → its source, without comments.
 *
 * @param {string} folder
 */
function read(folder) {
  if (!existsSync(join(folder, 'lib.rs'))) throw new Failure(`${folder} has no lib.rs`);
  const files = readdirSync(folder, { recursive: true }).map((name) => `${name}`.replaceAll('\\', '/'));
  const source = (/** @type {string} */ name) => readFileSync(join(folder, name), 'utf8').replace(/\/\/.*$/gm, '');
  return new Map(
    files
      .filter((name) => name.endsWith('.rs'))
      .sort()
      .map((name) => [name, source(name)]),
  );
}

/**
 * The modules that a source declares, with the lines on which it does.
 *
 * @param {string} source
 * @returns {Declared[]}
 */
const declaredIn = (source) =>
  [...source.matchAll(DECLARATION)].map(({ 0: text, 1: name, index }) => ({ name, text: text.trim(), index }));

/**
 * What a file imports: each with the line, and the file that it leads to. A parent imports every child.
 *
 * @param {string} file
 * @param {Sources} sources
 * @returns {Import[]}
 */
function importsOf(file, sources) {
  const source = sources.get(file) ?? '';
  const own = file.slice(0, -'.rs'.length).split('/');
  const children = declaredIn(source);
  /** @type {{path: string[] | undefined, text: string, index: number}[]} */
  const found = children.map(({ name, text, index }) => ({ path: [...own, name], text, index }));
  /**
   * @param {string[]} path
   * @param {RegExpExecArray} match
   */
  const note = (path, match) =>
    found.push({ path: absolute(path, own, children), text: match[0].trim(), index: match.index });
  for (const match of source.matchAll(USE)) for (const path of expand(match[1])) note(path, match);
  for (const match of source.replace(USE, (text) => ' '.repeat(text.length)).matchAll(PATH))
    note(match[0].split('::'), match);
  /**
   * @param {Omit<Import, 'to'> & {to: string | undefined}} found
   * @returns {found is Import}
   */
  const leadsAway = (found) => found.to !== undefined && found.to !== file;
  const imports = found
    .map(({ path, text, index }) => {
      return { file, line: lineAt(source, index), text: text.replace(/\s+/g, ' '), to: fileOf(path, sources) };
    })
    .filter(leadsAway);
  /**
   * @param {Import} import_
   * @param {number} at
   */
  const isFirst = ({ line, to }, at) => imports.findIndex((other) => other.line === line && other.to === to) === at;
  return imports.filter(isFirst);
}

/**
 * The paths of a `use`, its braces undone: `a::{b, c::d}` is `a::b` and `a::c::d`.
 *
 * @param {string} tree
 * @returns {string[][]}
 */
function expand(tree) {
  const open = tree.indexOf('{');
  if (open === -1) {
    const [path] = tree.trim().split(/\s+as\s+/);
    return [path.split('::')];
  }
  const stem = tree.slice(0, open).trim().split('::').filter(Boolean);
  return parts(tree.slice(open + 1, tree.lastIndexOf('}'))).flatMap((part) =>
    expand(part).map((path) => [...stem, ...path]),
  );
}

/**
 * The parts between the commas of the outermost level.
 *
 * @param {string} list
 */
function parts(list) {
  let depth = 0;
  const found = [''];
  for (const char of list) {
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    if (char === ',' && depth === 0) found.push('');
    else found[found.length - 1] += char;
  }
  return found.filter((part) => part.trim() !== '');
}

/**
 * A path from the crate's root; `undefined` where it leads out of the crate.
 *
 * @param {string[]} path
 * @param {string[]} own
 * @param {Declared[]} children
 */
function absolute(path, own, children) {
  const [start, ...rest] = path.map((step) => step.trim());
  if (start === 'crate') return rest;
  if (start === 'self') return [...own, ...rest];
  if (children.some(({ name }) => name === start)) return [...own, start, ...rest];
  let [above, below] = [own, [start, ...rest]];
  while (below[0] === 'super') [above, below] = [above.slice(0, -1), below.slice(1)];
  return above === own ? undefined : [...above, ...below];
}

/**
 * The file of the longest module path that exists; the remaining names are its items.
 *
 * @param {string[] | undefined} path
 * @param {Sources} sources
 */
function fileOf(path, sources) {
  for (let length = path?.length ?? 0; length > 0; length -= 1) {
    const file = `${path?.slice(0, length).join('/')}.rs`;
    if (sources.has(file)) return file;
  }
  return undefined;
}

/**
 * @param {string} source
 * @param {number} index
 */
const lineAt = (source, index) => source.slice(0, index).split('\n').length;

/**
 * @param {Import[]} imports
 * @param {string[]} order
 */
function upward(imports, order) {
  /** @param {string} file */
  const room = (file) => order.indexOf(file.replace(/\.rs$/, '').split('/')[0]);
  return imports
    .filter(({ file, to }) => room(to) > room(file))
    .map(({ file, line, text, to }) => {
      const rule = `${order[room(file)]} may not import ${order[room(to)]}, which stands after it in src/lib.rs`;
      return `src/${file}:${line}: \`${text}\` points up to src/${to}: ${rule}`;
    });
}

/**
 * One line for each import that closes a circle of files.
 *
 * @param {Import[]} imports
 */
function circles(imports) {
  const state = new Map();
  /** @type {string[]} */
  const faults = [];
  /**
   * @param {string} file
   * @param {string[]} trail
   */
  const visit = (file, trail) => {
    state.set(file, 'open');
    for (const { line, text, to } of imports.filter((each) => each.file === file)) {
      if (state.get(to) === 'open') {
        const circle = [...trail.slice(trail.indexOf(to)), to].map((name) => `src/${name}`).join(' → ');
        faults.push(`src/${file}:${line}: \`${text}\` closes a circle, and files may not import each other: ${circle}`);
      } else if (!state.has(to)) visit(to, [...trail, to]);
    }
    state.set(file, 'done');
  };
  for (const { file } of imports) if (!state.has(file)) visit(file, [file]);
  return faults;
}

/** @param {Import[]} imports */
function print(imports) {
  for (const file of new Set(imports.map((each) => each.file))) {
    const targets = imports.filter((each) => each.file === file).map(({ to }) => to);
    console.log(`${file}: ${[...new Set(targets)].sort().join(' ')}`);
  }
}

await script(() => main(process.argv.slice(2)));
