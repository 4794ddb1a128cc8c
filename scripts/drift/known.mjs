// @ts-check
// What the gate knows of runtime and clients: its table of operations, and what is noted of everything else in known.json.

import { readFileSync } from 'node:fs';
import { inRoot } from '../lib/paths.mjs';

/** @typedef {{name: string, methods: string[], path: string}} Route a path with `{thread}` in place of an id */
/**
 * An answer: the members of its body with their types, by their paths.
 *
 * @typedef {{status: number, members: Record<string, string>}} Shape
 */
/**
 * The names in the requests for an operation.
 *
 * @typedef {{headers: string[], query: string[], body: string[], forwardedProps: string[]}} Sent
 */
/**
 * What runtime and clients do. Answers to refused requests are by what is wrong with the request; what is sent, by operation.
 *
 * @typedef {{
 *   versions: Record<string, string>, routes: Route[], envelopes: string[], info: Shape, threads: Shape,
 *   errors: Record<string, Shape>, client: Record<string, Sent>, singleClient: Record<string, Sent>, agui: Record<string, Sent>,
 * }} Behaviour
 */

export const NOTED = 'scripts/drift/known.json';
const TABLE = 'src/call/operations.rs';
/** The method of an envelope that contains a path. */
const RESOURCE = 'resource/request';

/** @returns {Behaviour} */
export function known() {
  const { routes, envelopes } = tableOf(readFileSync(inRoot(TABLE), 'utf8'));
  return { ...JSON.parse(readFileSync(inRoot(NOTED), 'utf8')), routes, envelopes };
}

/**
 * The routes and the methods of envelopes in the source of the table. HEAD is left out: the gate asks with GET for it.
 *
 * @param {string} source
 * @returns {Pick<Behaviour, 'routes' | 'envelopes'>}
 */
export function tableOf(source) {
  const sets = Object.fromEntries(
    [...source.matchAll(/^const (\w+): Methods = Methods::of\(\[(.+)\]\);$/gm)].map(([, name, methods]) => [
      name,
      methods.split(', ').map((method) => method.toUpperCase()),
    ]),
  );
  const rows = [...source.matchAll(/^ +row\((.+)\),$/gm)].map(([, columns]) => columns.split(',').map((c) => c.trim()));
  if (rows.length === 0) throw new Error(`${TABLE} has no rows of the known form`);
  /**
   * @param {string} column
   * @returns {string}
   */
  const text = (column) => JSON.parse(column);
  const routes = rows.map(([name, methods, path]) => ({
    name: text(name),
    methods: sets[methods].filter((method) => method !== 'HEAD').sort(),
    path: text(path),
  }));
  const named = rows.filter((columns) => columns[8] === 'Method').map(([name]) => text(name));
  return { routes, envelopes: [...named, RESOURCE].sort() };
}
