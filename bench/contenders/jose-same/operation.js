// @ts-check
// Operations: the closed list of what the runtime can be asked, read from method and path.

import { MALFORMED_REQUEST, NOT_FOUND, methodNotAllowed, unknownOperation } from './refusal.js';

/**
 * A route of the runtime: its segments, of which those with a colon are ids.
 *
 * @typedef {ReturnType<typeof shape>} Shape
 */
/** @typedef {{agent?: string, thread?: string, memory?: string}} Ids */

const GET = ['GET', 'HEAD'];
const POST = ['POST'];
const CHANGE = ['PATCH', 'DELETE'];

/** In the order in which the runtime tries them; `:` begins an id. */
const SHAPES = [
  shape('info', GET, 'info'),
  shape('inspector/metadata', GET, 'inspector-metadata'),
  shape('inspector/learning', GET, 'inspector-learning', ['agentId', 'skillsPage', 'insightsPage']),
  shape('transcribe', POST, 'transcribe'),
  shape('cpk-debug-events', GET, 'cpk-debug-events'),
  shape('agent/run', POST, 'agent/:agent/run'),
  shape('agent/suggest', POST, 'agent/:agent/suggest'),
  shape('agent/connect', POST, 'agent/:agent/connect'),
  shape('agent/stop', POST, 'agent/:agent/stop/:thread'),
  shape('threads/subscribe', POST, 'threads/subscribe'),
  shape('threads/messages', GET, 'threads/:thread/messages'),
  shape('threads/events', GET, 'threads/:thread/events'),
  shape('threads/state', GET, 'threads/:thread/state'),
  shape('threads/archive', POST, 'threads/:thread/archive'),
  shape('threads/clear', POST, 'threads/clear'),
  shape('threads/update', CHANGE, 'threads/:thread'),
  shape('threads/list', GET, 'threads', ['agentId', 'limit', 'cursor', 'includeArchived']),
  shape('memories/recall', POST, 'memories/recall'),
  shape('memories/subscribe', POST, 'memories/subscribe'),
  shape('memories/mutate', CHANGE, 'memories/:memory'),
  shape('memories/list', [...GET, 'POST'], 'memories', ['includeInvalidated']),
  shape('annotate', POST, 'annotate'),
];

const FIXED = new Map();
const WITH_IDS = new Map();
for (const each of SHAPES) {
  const [map, key] = each.isFixed ? [FIXED, each.path] : [WITH_IDS, each.segments.length];
  map.set(key, [...(map.get(key) ?? []), each]);
}
const WORDS = new Set(SHAPES.flatMap(({ segments }) => segments.filter((segment) => segment[0] !== ':')));
const RESERVED_LAST = new Set(SHAPES.filter(({ segments }) => segments.length === 1).map(({ path }) => path));
const OBJECT_MEMBERS = new Set([...Object.getOwnPropertyNames(Object.prototype)]);
const AGENT_INPUT = new Set(['agent/run', 'agent/suggest', 'agent/connect']);
const MAX_ID_BYTES = 256;
const UNRESERVED = /^[\w.~-]*$/;

/**
 * @param {string} kind
 * @param {string[]} methods
 * @param {string} path
 * @param {string[]} [query]
 */
function shape(kind, methods, path, query = []) {
  const segments = path.split('/');
  return { kind, methods, path, segments, query, isFixed: !path.includes(':'), allow: methods.join(', ') };
}

export class Operation {
  /**
   * @param {Shape} shape
   * @param {string} method
   * @param {Ids} ids
   * @param {[string, string][]} query
   */
  constructor(shape, method, ids, query) {
    this.shape = shape;
    this.kind = shape.kind;
    this.method = method;
    this.agent = ids.agent;
    this.thread = ids.thread;
    this.memory = ids.memory;
    this.query = query;
    this.hasInput = AGENT_INPUT.has(shape.kind);
  }

  segments() {
    return this.shape.segments.map((segment) =>
      segment[0] === ':'
        ? /** @type {Record<string, string>} */ (/** @type {unknown} */ (this))[segment.slice(1)]
        : segment,
    );
  }

  /** The canonical path and query, written anew. */
  target() {
    const path = this.shape.isFixed ? this.shape.path : this.segments().map(encode).join('/');
    if (this.query.length === 0) return `/${path}`;
    return `/${path}?${this.query.map(([name, value]) => `${name}=${encode(value)}`).join('&')}`;
  }
}

/**
 * Reads the operation from the method, the path below the base path, and the query.
 *
 * @param {string} method
 * @param {string} path
 * @param {string} query
 */
export function parseOperation(method, path, query) {
  const bare = path.slice(1);
  let candidates = FIXED.get(bare);
  /** @type {string[]} */
  let given = [];
  if (candidates === undefined) {
    given = bare.split('/');
    candidates = (WITH_IDS.get(given.length) ?? []).filter((/** @type {Shape} */ shape) => fits(shape, given));
  }
  let allow;
  for (const shape of candidates) {
    const ids = shape.isFixed ? {} : readIds(shape, given);
    if (ids === undefined) continue;
    allow ??= shape.allow;
    if (shape.methods.includes(method)) return finish(shape, method, ids, readQuery(shape, query));
  }
  throw allow === undefined ? unknownOperation(method, path) : methodNotAllowed(allow);
}

/**
 * @param {Shape} shape
 * @param {string} method
 * @param {Ids} ids
 * @param {[string, string][]} query
 */
function finish(shape, method, ids, query) {
  const agent = ids.agent === undefined ? query.find(([name]) => name === 'agentId')?.[1] : undefined;
  if (agent !== undefined) {
    if (!isId(agent)) throw MALFORMED_REQUEST;
    if (OBJECT_MEMBERS.has(agent)) throw NOT_FOUND;
    ids.agent = agent;
  }
  const operation = new Operation(shape, method, ids, query);
  // The runtime matches from the end of the path: an id that is also a word of a route could make it read another one.
  if (!shape.isFixed && Object.values(ids).some((id) => WORDS.has(id))) {
    const segments = operation.segments();
    const read = SHAPES.find((each) => fits(each, segments.slice(-each.segments.length)));
    if (read !== shape) throw NOT_FOUND;
  }
  return operation;
}

/**
 * @param {Shape} shape
 * @param {string[]} given
 */
const fits = ({ segments }, given) =>
  segments.length === given.length && segments.every((segment, at) => segment[0] === ':' || segment === given[at]);

/**
 * @param {Shape} shape
 * @param {string[]} given
 * @returns {Ids | undefined}
 */
function readIds({ segments }, given) {
  /** @type {Record<string, string>} */
  const ids = {};
  for (const [at, segment] of segments.entries()) {
    if (segment[0] !== ':') continue;
    const id = decode(given[at]);
    if (id === undefined || !isId(id)) return undefined;
    if (segment === ':agent' ? OBJECT_MEMBERS.has(id) : at === segments.length - 1 && RESERVED_LAST.has(id)) {
      return undefined;
    }
    ids[segment.slice(1)] = id;
  }
  return ids;
}

/**
 * Not empty, no dot segment, nothing that another parser would split at or decode again.
 *
 * @param {string} id
 */
const isId = (id) => id !== '' && id !== '.' && id !== '..' && !/[/\\%\p{Cc}]/u.test(id) && id.length <= MAX_ID_BYTES;

/**
 * @param {Shape} shape
 * @param {string} query
 * @returns {[string, string][]}
 */
function readQuery(shape, query) {
  if (query === '' || shape.query.length === 0) return [];
  /** @type {[string, string][]} */
  const members = [];
  for (const pair of query.split('&')) {
    const [name, value = ''] = pair.split(/=(.*)/s, 2).map((part) => decode(part.replaceAll('+', ' ')));
    if (name === undefined || value === undefined) throw MALFORMED_REQUEST;
    if (!shape.query.includes(name)) continue;
    if (members.some(([seen]) => seen === name)) throw MALFORMED_REQUEST;
    members.push([name, value]);
  }
  return members;
}

/**
 * @param {string} text
 * @returns {string | undefined}
 */
function decode(text) {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** @param {string} text */
const encode = (text) =>
  UNRESERVED.test(text)
    ? text
    : encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
