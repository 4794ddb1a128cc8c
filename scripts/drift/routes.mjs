// @ts-check
// The routes of a runtime and the methods of its envelopes, found by asking for everything that its own words make.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT, TOLD, handler, send } from './runtime.mjs';

/** @typedef {import('./known.mjs').Route} Route */
/** @typedef {import('./packages.mjs').Packages} Packages */

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** A method that no route has: the answer to it tells a route from no route, and names its methods. */
const NO_METHOD = 'REPORT';
/** What stands for an id, followed by its place in the path. */
const ID = 'id';

/**
 * The routes of the runtime, found by asking for every path of known words and ids.
 *
 * @param {Packages} packages
 * @returns {Promise<Route[]>}
 */
export async function routes(packages) {
  /** @type {import('./runtime.mjs').Route[]} */
  const told = [];
  const handle = handler(packages, { onRoute: (route) => void told.push(route) });
  /** @type {Map<string, Route>} */
  const found = new Map();
  for (const path of pathsOf(words(packages).words)) {
    const target = path.map((segment, index) => (segment === ID ? `${ID}${index}` : segment)).join('/');
    const { status, headers } = await send(handle, NO_METHOD, `/${target}`);
    if (status === 404) continue;
    const allow = headers.get('allow');
    const methods = allow ? allow.split(/,\s*/) : METHODS;
    told.length = 0;
    for (const method of methods) if (told.length === 0) await send(handle, method, `/${target}`, '{}');
    const [route] = told;
    const name = route?.method ?? `(${target})`;
    const shape = `/${path.map((segment, index) => (segment === ID ? named(route, `${ID}${index}`) : segment)).join('/')}`;
    if (!hasEnd(found, name, shape))
      found.set(shape, { name, methods: methods.filter((method) => method !== 'OPTIONS').sort(), path: shape });
  }
  // A word in the place of an id is that id.
  const all = [...found.values()];
  const isGeneral = (/** @type {Route} */ { name, path }) =>
    !all.some((other) => other.name === name && covers(other.path, path));
  return all.filter(isGeneral).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The methods that the runtime takes in an envelope.
 *
 * @param {Packages} packages
 */
export async function envelopes(packages) {
  const handle = handler(packages, { mode: 'single-route', onRoute: () => {} });
  const params = { agentId: AGENT, threadId: 't', path: '/threads', httpMethod: 'GET' };
  const taken = [];
  for (const method of new Set(words(packages).texts)) {
    const { status } = await send(handle, 'POST', '', JSON.stringify({ method, params, body: {} }));
    if (status === TOLD) taken.push(method);
  }
  return taken.sort();
}

/**
 * Words that a path or an envelope's method may consist of: those of the texts in the runtime's own sources.
 *
 * @param {Packages} packages
 */
function words({ sources }) {
  const files = ['core/fetch-router.mjs', 'core/fetch-handler.mjs', 'endpoints/single-route-helpers.mjs'];
  const texts = files.flatMap((file) => {
    try {
      return [...readFileSync(join(sources, file), 'utf8').matchAll(/"([a-z][a-zA-Z/-]{1,40})"/g)].map(
        ([, text]) => text,
      );
    } catch {
      return []; // the file has moved: what is found by other words must do
    }
  });
  return { texts, words: [...new Set(texts.flatMap((text) => text.split('/').filter(Boolean)))] };
}

/**
 * Paths of one to four segments.
 *
 * @param {string[]} known
 */
function pathsOf(known) {
  const starts = known.filter((word) => /s$|^agent$|^[a-z]+-[a-z-]+$|^info$|^annotate$|^transcribe$/.test(word));
  const segments = [ID, ...known];
  return [
    ...segments.map((a) => [a]),
    ...segments.flatMap((a) => segments.map((b) => [a, b])),
    ...starts.flatMap((a) => segments.flatMap((b) => segments.map((c) => [a, b, c]))),
    ...starts.flatMap((a) => segments.flatMap((c) => segments.map((d) => [a, ID, c, d]))),
  ];
}

/**
 * Whether a path that was found is the end of `shape`, for the same route: the runtime ignores what is before it.
 *
 * @param {Map<string, Route>} found
 * @param {string} name
 * @param {string} shape
 */
function hasEnd(found, name, shape) {
  const covered = (/** @type {string} */ path) => {
    const [end, whole] = [path.split('/').slice(1), shape.split('/').slice(1)];
    return (
      end.length < whole.length &&
      end.every((segment, index) => fits(segment, whole[whole.length - end.length + index]))
    );
  };
  return [...found.values()].some((other) => other.name === name && covered(other.path));
}

/**
 * Whether the first path has ids where the second has words, and is the same otherwise.
 *
 * @param {string} general
 * @param {string} path
 */
function covers(general, path) {
  const [a, b] = [general.split('/'), path.split('/')];
  return general !== path && a.length === b.length && a.every((segment, index) => fits(segment, b[index]));
}

/**
 * @param {string} pattern
 * @param {string} segment
 */
const fits = (pattern, segment) => pattern === segment || pattern.startsWith('{');

/**
 * What the runtime calls the id at this place of a path.
 *
 * @param {import('./runtime.mjs').Route | undefined} route
 * @param {string} id
 */
function named(route, id) {
  const entry = Object.entries(route ?? {}).find(([, value]) => value === id);
  return `{${entry ? entry[0].replace(/Id$/, '') : 'id'}}`;
}
