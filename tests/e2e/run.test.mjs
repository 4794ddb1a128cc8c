// One call, end to end: a client with a token from a real OpenID provider, the built Worker in workerd, a real
// CopilotKit runtime behind it. Nothing is stubbed but the model.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { WhoAmIAgent } from '../../demo/agent.mjs';
import { startGate } from '../../demo/gate.mjs';
import { startIdp } from '../../demo/idp.mjs';
import { login } from '../../demo/login.mjs';
import { startOrigin } from '../../demo/origin.mjs';
import { eventsOf } from './support/sse.mjs';

/** What the agent may say next: it waits before every piece of its answer until a test lets it go on. */
let turnstile;
/** What reached the agent, one entry a run. */
const runs = [];
const parts = [];
let gate, idp, origin;

before(async () => {
  const agent = new WhoAmIAgent({ pace: () => turnstile.pass(), onRun: (run) => runs.push(run) });
  const keep = async (starting) => {
    const part = await starting;
    parts.unshift(part);
    return part;
  };
  [idp, origin] = await Promise.all([keep(startIdp()), keep(startOrigin({ agents: { default: agent } }))]);
  gate = await keep(
    startGate({ vars: { ORIGIN_URL: origin.url, ISSUERS: [{ issuer: idp.issuer, audience: idp.audience }] } }),
  );
});

after(async () => {
  for (const part of parts) await part.close();
});

beforeEach(() => {
  turnstile = newTurnstile();
  runs.length = 0;
  origin.requests.length = 0;
});

test('a signed-in user gets an answer, event by event, from an agent that knows who it is', async () => {
  const response = await run({ headers: await bearer('alice'), message: 'Who am I?' });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^text\/event-stream/);

  const events = eventsOf(response);
  const next = async () => (await events.next()).value;
  assert.equal((await next()).type, 'RUN_STARTED');
  assert.equal((await next()).type, 'TEXT_MESSAGE_START');
  // Each piece is read before the agent may say the next one: a gate that collects the answer would hang here.
  const said = [];
  for (let piece = 0; piece < 4; piece += 1) {
    assert.equal(turnstile.passed, piece);
    turnstile.open();
    const event = await next();
    assert.equal(event.type, 'TEXT_MESSAGE_CONTENT');
    said.push(event.delta);
  }
  assert.equal((await next()).type, 'TEXT_MESSAGE_END');
  assert.equal((await next()).type, 'RUN_FINISHED');
  assert.equal((await events.next()).done, true);

  assert.deepEqual(said, [
    'x-user-id: alice\n',
    'x-user-role: admin\n',
    'x-user-permissions: agents:run,threads:read,threads:clear\n',
    'You said: Who am I?',
  ]);
});

test('what a client claims about itself is replaced by what its token says', async () => {
  turnstile.openForGood();
  const spoofed = {
    'x-user-id': 'alice',
    'X-User-Role': 'admin',
    'x-user-permissions': 'everything',
    x_user_id: 'alice',
  };
  const response = await run({ headers: { ...spoofed, ...(await bearer('bob')) } });
  assert.equal(response.status, 200);
  assert.match(await response.text(), /RUN_FINISHED/);

  assert.equal(runs.length, 1);
  const { headers } = runs[0];
  assert.equal(headers['x-user-id'], 'bob');
  assert.equal(headers['x-user-role'], 'member');
  assert.equal(headers['x-user-permissions'], 'agents:run');
  // Nor does a second spelling reach the runtime.
  assert.equal(origin.requests.length, 1);
  assert.equal('x_user_id' in origin.requests[0].headers, false);
});

test('a call without a token is refused, and the runtime never hears of it', async () => {
  const response = await run({ headers: { 'x-user-id': 'alice' } });
  await assertRefusal(response, { code: 'missing_token', challenge: /^Bearer realm="copilotkit"$/ });
});

test('a token that was tampered with is refused, and the runtime never hears of it', async () => {
  const { authorization } = await bearer('bob');
  const [header, claims, signature] = authorization.split(' ')[1].split('.');
  const promoted = { ...JSON.parse(Buffer.from(claims, 'base64url')), sub: 'alice', role: 'admin' };
  const forged = [header, Buffer.from(JSON.stringify(promoted)).toString('base64url'), signature].join('.');
  const response = await run({ headers: { authorization: `Bearer ${forged}` } });
  await assertRefusal(response, { code: 'invalid_token', challenge: /error="invalid_token"/ });
});

/** The refusal that every client can read (a 401 in JSON), and nothing behind the gate. */
async function assertRefusal(response, { code, challenge }) {
  assert.equal(response.status, 401);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.match(response.headers.get('www-authenticate'), challenge);
  const body = await response.json();
  assert.deepEqual(Object.keys(body).sort(), ['code', 'error', 'message', 'request_id']);
  assert.equal(body.error, 'unauthorized');
  assert.equal(body.code, code);
  assert.equal(body.request_id, response.headers.get('x-request-id'));
  assert.equal(origin.requests.length, 0);
  assert.equal(runs.length, 0);
}

async function bearer(user) {
  const { access_token: token } = await login({ issuer: idp.issuer, user });
  return { authorization: `Bearer ${token}` };
}

/** Runs the agent through the gate as CopilotKit's client does, each time in a thread of its own. */
function run({ headers, message = 'Hello' }) {
  return fetch(`${gate.url}/agent/default/run`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({
      threadId: crypto.randomUUID(),
      runId: crypto.randomUUID(),
      state: {},
      messages: [{ id: crypto.randomUUID(), role: 'user', content: message }],
      tools: [],
      context: [],
      forwardedProps: {},
    }),
  });
}

/** Lets one waiter through per `open`, or everybody after `openForGood`. */
function newTurnstile() {
  const waiting = [];
  let credit = 0;
  const admit = (more) => {
    credit += more;
    while (credit > 0 && waiting.length > 0) {
      credit -= 1;
      passes.passed += 1;
      waiting.shift()();
    }
  };
  const passes = {
    passed: 0,
    pass: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        admit(0);
      }),
    open: () => admit(1),
    openForGood: () => admit(Infinity),
  };
  return passes;
}
