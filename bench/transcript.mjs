// @ts-check
// What a gate makes of a fixed list of requests: its answers, what reaches the upstream, its log.

import { AGENTS, OWN_THREADS, THREADS } from './answers.mjs';
import { runBody } from './bodies.mjs';
import { info, metadata, run, threads } from './requests.mjs';
import { AUDIENCE, forged, freshToken } from './tokens.mjs';

/** @typedef {import('./load.mjs').Client} Client */
/** @typedef {import('./load.mjs').Request} Request */
/** @typedef {import('./load.mjs').Answer} Answer */
/**
 * What the origin saw of a request.
 *
 * @typedef {{method: string, url: string, headers: Record<string, string>, body?: string}} Upstream
 */

const BODY = JSON.parse(runBody(4096).toString());
const [HIDDEN] = AGENTS.filter((name) => name.startsWith('admin-'));
const TOO_LARGE = 10 * 1024 * 1024 + 1;
/** Longer than a gate takes for a line that it writes at all. */
const PATIENCE_MS = 2000;

/** Fields by which a client may claim to be somebody, a field of an app, and one that asks for a part of the answer. */
const CLAIMS = {
  'x-user-id': 'somebody-else',
  X_User_Role: 'admin',
  'x-user-email': 'somebody@else.example',
  'x-forwarded-for': '198.51.100.1',
  'x-gate-assertion': 'none',
  'x-app-version': '7',
  'if-none-match': '"1"',
};

/** @param {object} changes */
const input = (changes) => Buffer.from(JSON.stringify({ ...BODY, ...changes }));
const foreign = THREADS.threads.map(({ id }) => id).find((id) => !OWN_THREADS.includes(id));
/**
 * @param {Request} request
 * @param {import('node:http').OutgoingHttpHeaders} fields
 * @returns {Request}
 */
const withFields = (request, fields) => ({ ...request, headers: { ...request.headers, ...fields } });
/**
 * @param {string} path
 * @param {Request} request
 * @returns {Request}
 */
const to = (path, request) => ({ ...request, path });

/** Titles with what is sent, made anew for every gate, since it contains tokens that no gate has seen. */
function requests() {
  const token = freshToken();
  const weak = freshToken('ES256', { scope: 'openid', role: 'member' });
  return {
    'a token, first time': metadata(token),
    'the token again': metadata(token),
    'no token': info(),
    'another scheme': withFields(info(), { authorization: 'Basic YTpi' }),
    'two tokens': withFields(info(), { authorization: `Bearer ${token}, Bearer ${token}` }),
    'a token in the query': to('/api/copilotkit/info?access_token=x', info()),
    'a forged token': metadata(forged(freshToken())),
    'an expired token': metadata(freshToken('ES256', { exp: 1 })),
    'a token from tomorrow': metadata(freshToken('ES256', { nbf: Math.floor(Date.now() / 1000) + 86_400 })),
    'a token for another audience': metadata(freshToken('ES256', { aud: `${AUDIENCE}:other` })),
    'a token without a subject': metadata(freshToken('ES256', { sub: undefined })),
    'a user whose name is not ASCII': metadata(freshToken('ES256', { sub: 'Zoë %2F', permissions: ['a,b', 'c d'] })),
    'a path that is no operation': to('/api/copilotkit/agent/run', metadata(token)),
    'a path outside': to('/elsewhere', metadata(token)),
    'a method that the operation has not': { ...metadata(token), method: 'DELETE' },
    'fields that claim an identity': withFields(metadata(token), CLAIMS),
    'a run': run(token, input({})),
    'a run with such fields': withFields(run(token, input({})), CLAIMS),
    'a run in an own thread': run(token, input({ threadId: OWN_THREADS[0] })),
    "a run in somebody's thread": run(token, input({ threadId: foreign })),
    'a run without a thread': run(token, input({ threadId: '' })),
    'a run with a long thread': run(token, input({ threadId: 'x'.repeat(257) })),
    'a run with other members that backends trust': run(token, input(TRUSTED)),
    'a run of a hidden agent': run(token, input({}), HIDDEN),
    'a run without the scope': run(weak, input({})),
    'a run that is no JSON': run(token, Buffer.from('{"threadId":"a"')),
    'a run that is no object': run(token, Buffer.from('["a"]')),
    'a run of another type': withFields(run(token, input({})), { 'content-type': 'text/plain; application/json' }),
    // Its length alone is enough to refuse it, and nothing else goes over this connection.
    'a run that is too large': withFields(run(token, input({})), { 'content-length': TOO_LARGE, connection: 'close' }),
    'messages of a thread': to(`/api/copilotkit/threads/${OWN_THREADS[1]}/messages`, metadata(token)),
    'the list of threads': withFields(threads(token), CLAIMS),
    'the agents': withFields(info(token), CLAIMS),
    'the agents, without the scope': info(weak),
  };
}

/** Every spelling that only the folding of names finds, beside members that go on. */
const TRUSTED = {
  forwardedProps: {
    userId: 'somebody-else',
    Authorization: 'Bearer x',
    'auth-user': { id: 1 },
    langgraph_auth_permissions: ['all'],
    Webhook: 'https://elsewhere.example',
    checkpoint_id: '1',
    interruptBefore: ['*'],
    Config: { recursion_limit: 1 },
    config: {
      recursionLimit: 2,
      tags: ['a'],
      metadata: {},
      configurable: { thread_id: '1', auth_user: 1, model: 'm' },
    },
    context: { a: 1 },
    crewai: { restoreFrom: 'x', inputs: { a: 1 } },
    command: { resume: true, goto: 'secret', Graph: 'other', update: { auth_user: 1 } },
    mcpServers: [{ endpoint: 'https://elsewhere.example' }],
    mcp_endpoints: [{ endpoint: 'https://elsewhere.example' }],
    theme: 'dark',
  },
  state: { Headers: { user_id: 1 }, copilotkit_forwarded_headers: {}, note: 'kept', auth_user: 1 },
};

/**
 * What becomes of each: `{title, status, headers, body, upstream, log}`, without what differs from run to run.
 *
 * @param {Client} client
 * @param {Log} log
 */
export async function transcript(client, log) {
  const list = [];
  for (const [title, request] of Object.entries(requests())) {
    const { answer, upstream } = await echoed(client, request);
    const id = String(answer.headers['x-request-id']);
    const seen = {
      status: answer.status,
      headers: without(answer.headers, UNSTABLE),
      body: parsed(answer.text),
      upstream: upstream && { ...upstream, headers: without(upstream.headers, UNSTABLE), body: parsed(upstream.body) },
      log: await log.line(id),
    };
    // Wherever the id of the request stands, it is this one.
    list.push({
      title,
      ...JSON.parse(JSON.stringify(seen).replaceAll(id, '<id>').replaceAll(BEARER, 'Bearer <token>')),
    });
  }
  return list;
}

const BEARER = /Bearer ey[\w.-]+/g;
const UNSTABLE = ['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding', 'x-bench-echo'];

/**
 * Sends `request`; gives the answer, and what the origin saw of it, if it came that far.
 *
 * @param {Client} client
 * @param {Request} request
 * @returns {Promise<{answer: Answer, upstream: Upstream | undefined}>}
 */
export async function echoed(client, request) {
  const answer = await client.send(withFields(request, { 'x-bench-echo': '1' }));
  const echo = /** @type {string | undefined} */ (answer.headers['x-bench-echo']);
  return { answer, upstream: echo && JSON.parse(Buffer.from(echo, 'base64').toString()) };
}

/** The decisions among the lines of a log. */
export class Log {
  /** @type {Map<string | undefined, object>} */
  #decisions = new Map();
  /** @type {Map<string | undefined, () => void>} */
  #waiting = new Map();

  /** @param {import('node:readline').Interface} lines */
  constructor(lines) {
    lines.on('line', (text) => {
      const line = parsed(text);
      if (line.event !== 'decision') return;
      this.#decisions.set(line.request_id, { ...line, upstream_ms: typeof line.upstream_ms });
      this.#waiting.get(line.request_id)?.();
    });
  }

  /**
   * The line of the request with this id; undefined where the gate writes none.
   *
   * @param {string | undefined} id
   */
  async line(id) {
    if (!this.#decisions.has(id)) {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, PATIENCE_MS);
        this.#waiting.set(id, () => resolve(clearTimeout(timer)));
      });
    }
    return this.#decisions.get(id);
  }
}

/**
 * @param {object} object
 * @param {string[]} names
 */
const without = (object, names) => Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));

/** @param {string | undefined} text */
function parsed(text) {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return text;
  }
}
