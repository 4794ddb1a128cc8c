#!/usr/bin/env node
// @ts-check
// What a runtime answers and what a client sends, found by driving the packages in the `node_modules` of the folder that is the
// first argument. It is written as JSON to the file that is the second. Nothing here uses the network: the client's `fetch` is
// the runtime's handler.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const BASE = '/api/copilotkit';
const URL_BASE = `http://runtime.test${BASE}`;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** A method that no route has: the answer to it tells a route from no route, and names its methods. */
const NO_METHOD = 'REPORT';
/** What stands for an id: `{1}` is the first one of a path. */
const ID = 'id';
const AGENT = 'default';

const [, , folder, result] = process.argv;
const from = createRequire(join(folder, 'drift.js'));
const importFrom = async (require, name) => import(pathToFileURL(esm(require, name)).href);

// The client connects in a browser only.
const location = new URL('http://runtime.test/');
globalThis.window = /** @type {any} */ (Object.assign(new EventTarget(), { location }));

const runtimePackage = await importFrom(from, '@copilotkit/runtime/v2');
const clientPackage = await importFrom(from, '@ag-ui/client');
const forCore = createRequire(manifestOf('@copilotkit/react-core'));
const corePackage = await importFrom(forCore, '@copilotkit/core');
// The runtime's agents must be of the client that it has itself.
const forRuntime = createRequire(manifestOf('@copilotkit/runtime'));
const { AbstractAgent } = await importFrom(forRuntime, '@ag-ui/client');
const { Observable } = await importFrom(forRuntime, 'rxjs');

class Agent extends AbstractAgent {
  run({ threadId, runId }) {
    return new Observable((observer) => {
      const message = { messageId: 'answer', role: 'assistant' };
      for (const event of [
        { type: 'RUN_STARTED', threadId, runId },
        { type: 'TEXT_MESSAGE_START', ...message },
        { type: 'TEXT_MESSAGE_CONTENT', messageId: 'answer', delta: 'Hello' },
        { type: 'TEXT_MESSAGE_END', messageId: 'answer' },
        { type: 'RUN_FINISHED', threadId, runId },
      ]) {
        observer.next(event);
      }
      observer.complete();
    });
  }

  clone() {
    return new Agent();
  }
}

/**
 * A handler of the real runtime. `onRoute` is told of each route, and ends the request.
 *
 * @param {{ mode?: string, onRoute?: (route: any) => void }} [options]
 */
function handler({ mode = 'multi-route', onRoute } = {}) {
  const { CopilotRuntime, InMemoryAgentRunner, createCopilotRuntimeHandler } = runtimePackage;
  const runtime = new CopilotRuntime({ agents: { [AGENT]: new Agent() }, runner: new InMemoryAgentRunner() });
  // Memories belong to the Intelligence platform; their routes are there all the same.
  const open = new Proxy(runtime, {
    get: (target, name) => (name === 'exposeMemoryRoutes' ? true : Reflect.get(target, name)),
  });
  const onBeforeHandler = ({ route }) => {
    onRoute?.(route);
    throw new Response(null, { status: 299 });
  };
  return createCopilotRuntimeHandler({
    runtime: open,
    basePath: BASE,
    mode,
    cors: false,
    ...(onRoute && { hooks: { onBeforeHandler } }),
  });
}

/** Words that a path or an envelope's method may consist of: those of the texts in the runtime's own sources. */
function words() {
  const main = esm(from, '@copilotkit/runtime/v2');
  const folder = join(dirname(main), 'runtime');
  const sources = ['core/fetch-router.mjs', 'core/fetch-handler.mjs', 'endpoints/single-route-helpers.mjs'];
  const texts = sources.flatMap((name) => {
    try {
      return [...readFileSync(join(folder, name), 'utf8').matchAll(/"([a-z][a-zA-Z/-]{1,40})"/g)].map(
        ([, text]) => text,
      );
    } catch {
      return []; // the file has moved: what is found by other words must do
    }
  });
  return { texts, words: [...new Set(texts.flatMap((text) => text.split('/').filter(Boolean)))] };
}

/** The routes of the runtime: name → methods and path, found by asking for every path of known words and ids. */
async function routes() {
  let route;
  const handle = handler({
    onRoute: (found) => {
      route = found;
    },
  });
  const found = new Map();
  const { words: known } = words();
  const starts = known.filter((word) => /s$|^agent$|^[a-z]+-[a-z-]+$|^info$|^annotate$|^transcribe$/.test(word));
  const segments = [ID, ...known];
  const paths = [
    ...segments.map((a) => [a]),
    ...segments.flatMap((a) => segments.map((b) => [a, b])),
    ...starts.flatMap((a) => segments.flatMap((b) => segments.map((c) => [a, b, c]))),
    ...starts.flatMap((a) => segments.flatMap((c) => segments.map((d) => [a, ID, c, d]))),
  ];
  for (const path of paths) {
    const target = path.map((segment, index) => (segment === ID ? `${ID}${index}` : segment)).join('/');
    const { status, headers } = await send(handle, NO_METHOD, `/${target}`);
    if (status === 404) continue;
    const allow = headers.get('allow');
    const methods = allow ? allow.split(/,\s*/) : METHODS;
    route = undefined;
    for (const method of methods) if (!route) await send(handle, method, `/${target}`, '{}');
    const name = route?.method ?? `(${target})`;
    const shape = `/${path.map((segment, index) => (segment === ID ? named(route, `${ID}${index}`) : segment)).join('/')}`;
    if (!hasEnd(found, name, shape))
      found.set(shape, { name, methods: methods.filter((method) => method !== 'OPTIONS').sort(), path: shape });
  }
  // A word in the place of an id is that id.
  const all = [...found.values()];
  const isGeneral = ({ name, path }) =>
    !all.some((other) => other !== path && other.name === name && covers(other.path, path));
  return all.filter(isGeneral).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a path that was found is the end of `shape`, for the same route: the runtime ignores what is before it. */
function hasEnd(found, name, shape) {
  const covered = (path) => {
    const [end, whole] = [path.split('/').slice(1), shape.split('/').slice(1)];
    return end.length < whole.length && end.every((segment, index) => fits(segment, whole.at(index - end.length)));
  };
  return [...found.values()].some((other) => other.name === name && covered(other.path));
}

function covers(general, path) {
  const [a, b] = [general.split('/'), path.split('/')];
  return general !== path && a.length === b.length && a.every((segment, index) => fits(segment, b[index]));
}

const fits = (pattern, segment) => pattern === segment || pattern.startsWith('{');

/** What the runtime calls the id at this place of a path. */
function named(route, id) {
  const entry = Object.entries(route ?? {}).find(([, value]) => value === id);
  return `{${entry ? entry[0].replace(/Id$/, '') : 'id'}}`;
}

/** The methods that the runtime takes in an envelope. */
async function envelopes() {
  const handle = handler({ mode: 'single-route', onRoute: () => {} });
  const { texts } = words();
  const params = { agentId: AGENT, threadId: 't', path: '/threads', httpMethod: 'GET' };
  const taken = [];
  for (const method of new Set(texts)) {
    const { status } = await send(handle, 'POST', '', JSON.stringify({ method, params, body: {} }));
    if (status === 299) taken.push(method);
  }
  return taken.sort();
}

/** The answer to `threads/list` after one run. */
async function threads() {
  const handle = handler();
  await (await send(handle, 'POST', `/agent/${AGENT}/run`, JSON.stringify(input()))).text();
  return shapeOf(await answer(handle, 'GET', '/threads'));
}

/** Status and body of refusals that the gate or a client reads. */
async function errors() {
  const [multi, single] = [handler(), handler({ mode: 'single-route' })];
  const envelope = (method, params) => JSON.stringify({ method, params });
  const asked = {
    'an unknown path': [multi, 'GET', '/no/such/thing'],
    'an unknown agent': [multi, 'POST', '/agent/nobody/run', JSON.stringify(input())],
    'another method': [multi, 'DELETE', '/info'],
    'HEAD /info': [multi, 'HEAD', '/info'],
    'a body that is none': [multi, 'POST', `/agent/${AGENT}/run`, '{}'],
    'an envelope for a multi-route runtime': [multi, 'POST', '', envelope('info')],
    'a path for a single-route runtime': [single, 'GET', '/info'],
    'an unknown method in an envelope': [single, 'POST', '', envelope('no/such')],
    'no JSON for a single-route runtime': [single, 'POST', '', 'x'],
  };
  const entries = Object.entries(asked).map(async ([name, request]) => [name, shapeOf(await answer(...request))]);
  return Object.fromEntries(await Promise.all(entries));
}

/** What CopilotKit's client sends by itself, through one conversation: operation → header fields, query and body. */
async function client(transport) {
  const sent = {};
  globalThis.fetch = recording(sent, handler({ mode: transport === 'single' ? 'single-route' : 'multi-route' }));
  const core = new corePackage.CopilotKitCore({
    runtimeUrl: URL_BASE,
    runtimeTransport: transport,
    headers: { authorization: 'Bearer t' },
    suggestionsConfig: [{ instructions: 'Suggest.', available: 'always' }],
  });
  await settled(() => core.getAgent(AGENT) && core.runtimeConnectionStatus === 'connected');
  const agent = core.getAgent(AGENT);
  agent.threadId = 'thread';
  await core.connectAgent?.({ agent }).catch(() => {});
  agent.addMessage({ id: 'm', role: 'user', content: 'Hello' });
  await core.runAgent({ agent });
  core.reloadSuggestions(AGENT);
  await settled(() => !core.getSuggestions(AGENT).isLoading);
  agent.abortRun();
  await new Promise((resolve) => setImmediate(resolve));
  return sent;
}

/** The same of the newest AG-UI client alone. */
async function agui() {
  const sent = {};
  const fetch = recording(sent, handler());
  globalThis.fetch = fetch;
  const agent = new clientPackage.HttpAgent({ url: `${URL_BASE}/agent/${AGENT}/run`, threadId: 'thread', fetch });
  agent.addMessage({ id: 'm', role: 'user', content: 'Hello' });
  await agent.runAgent({});
  return sent;
}

/** A `fetch` that notes what is sent, and has the runtime answer. Whoever asks anybody else, for telemetry, is offline. */
function recording(sent, handle) {
  return async (target, init) => {
    const request = new Request(target, init);
    if (!request.url.startsWith(URL_BASE)) throw new TypeError('offline');
    note(sent, request, await request.clone().text());
    return inBytes(await handle(request));
  };
}

function note(sent, request, body) {
  const { pathname, searchParams } = new URL(request.url);
  const json = body ? JSON.parse(body) : {};
  const isEnvelope = pathname === BASE;
  const input = isEnvelope ? (json.body ?? {}) : json;
  const path = pathname.slice(BASE.length).replace('/thread', '/{thread}').replace(`/${AGENT}`, '/{agent}');
  const name = isEnvelope ? json.method : `${request.method} ${path}`;
  const before = sent[name] ?? { headers: [], query: [], body: [], forwardedProps: [] };
  const union = (known, more) => [...new Set([...known, ...more])].sort();
  sent[name] = {
    headers: union(before.headers, [...request.headers.keys()]),
    query: union(before.query, [...searchParams.keys()]),
    body: union(before.body, Object.keys(input)),
    forwardedProps: union(before.forwardedProps, Object.keys(input.forwardedProps ?? {})),
  };
}

const input = () => ({
  threadId: 'thread',
  runId: 'run',
  state: {},
  messages: [{ id: 'm', role: 'user', content: 'Hello' }],
  tools: [],
  context: [],
  forwardedProps: {},
});

async function send(handle, method, path, body) {
  const headers = { 'content-type': 'application/json' };
  const hasBody = body !== undefined && method !== 'GET';
  return inBytes(await handle(new Request(URL_BASE + path, { method, headers, ...(hasBody && { body }) })));
}

/** The answer as a server sends it: the stream of an older runtime is of texts. */
function inBytes(response) {
  if (!response.body) return response;
  const encoder = new TextEncoder();
  const encode = new TransformStream({
    transform: (chunk, controller) => controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk),
  });
  return new Response(response.body.pipeThrough(encode), response);
}

async function answer(handle, method, path, body) {
  const response = await send(handle, method, path, body);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, body: isJson && text ? JSON.parse(text) : null };
}

/** The members of JSON with their types: paths as keys. Names of agents and values are left out. */
function shapeOf({ status, body }) {
  const members = {};
  const look = (value, path) => {
    if (Array.isArray(value)) {
      members[path] = 'array';
      for (const item of value) look(item, `${path}[]`);
    } else if (value !== null && typeof value === 'object') {
      if (path) members[path] = 'object';
      for (const [name, item] of Object.entries(value)) look(item, path ? `${path}.${name}` : name);
    } else {
      members[path] = ['error', 'code'].includes(path) ? JSON.stringify(value) : value === null ? 'null' : typeof value;
    }
  };
  if (body !== null) look(body, '');
  return { status, members };
}

/** Waits, between the turns of the event loop, until `isSo`. */
async function settled(isSo) {
  for (let turns = 0; turns < 100_000; turns += 1) {
    if (isSo()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`the client does not get there: ${isSo}`);
}

function manifestOf(name) {
  return join(folder, 'node_modules', name, 'package.json');
}

function versionOf(name) {
  return JSON.parse(readFileSync(manifestOf(name), 'utf8')).version;
}

/** The ES module of a package: `require.resolve` gives its CommonJS twin. */
function esm(require, name) {
  const path = require.resolve(name);
  return path.endsWith('.cjs') ? path.replace(/\.cjs$/, '.mjs') : path;
}

writeFileSync(
  result,
  JSON.stringify({
    versions: Object.fromEntries(
      ['@copilotkit/runtime', '@copilotkit/react-core', '@ag-ui/client'].map((name) => [name, versionOf(name)]),
    ),
    routes: await routes(),
    envelopes: await envelopes(),
    info: shapeOf(await answer(handler(), 'GET', '/info')),
    threads: await threads(),
    errors: await errors(),
    client: await client('auto'),
    singleClient: await client('single'),
    agui: await agui(),
  }),
);
process.exit(0);
