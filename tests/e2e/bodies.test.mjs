// What reaches an agent's own server through gate and runtime: who the caller is, and nothing that the caller says
// about that. Each claim is sent to the runtime alone as well, which passes it on: it is the gate that takes it out.

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { HttpAgent } from '@ag-ui/client';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { BASE } from '../support/client.mjs';
import { DIALECTS, MODES, eventsIn, saidIn, turn } from '../support/dialects.mjs';
import { startBackend } from './support/backend.mjs';
import { plainRuntimes, startCast } from './support/cast.mjs';
import { startV1Origin } from './support/v1.mjs';

const RUNTIMES = [...MODES, 'v1'];
/** Stands in every claim that a client makes about itself. */
const LIE = 'mallory';
const SERVER_TOKEN = 'Bearer of-the-server';
const CLAIMS = { sub: 'alice', role: 'admin', permissions: ['read', 'write'] };

let backend, cast, stripping;
before(async () => {
  backend = await startBackend();
  const agents = () => ({
    default: new HttpAgent({ url: backend.url }),
    careful: new HttpAgent({ url: backend.url }),
    privileged: new HttpAgent({ url: backend.url, headers: { Authorization: SERVER_TOKEN } }),
  });
  const runtimes = {
    ...plainRuntimes(agents()),
    v1: { mode: 'single-route', start: () => startV1Origin({ agents: agents() }) },
  };
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const ASSERTION_KEY = JSON.stringify({ ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'gate' });
  const THREAD_KEY = randomBytes(32).toString('base64url');
  const RULES = [{ agents: ['careful'], allow: 'authenticated', tools: ['get_*'] }];
  cast = await startCast({
    runtimes,
    vars: () => ({ TOKEN_PROPERTY: true, PROPERTIES: ['*'], ASSERTION_KEY, THREAD_KEY, RULES }),
  });
  stripping = await startCast({ agents: agents(), vars: () => ({ FORWARD_AUTHORIZATION: 'strip' }) });
});
after(async () => {
  await cast?.close();
  await stripping?.close();
  await backend?.close();
});

/** Sends it and gives the answer with what the backend heard of it. */
async function follow(client, { headers = [], ...request }, more = []) {
  const before = backend.heard.length;
  const answer = await client.send({ ...request, headers: [...headers, ...more] });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(eventsIn(answer).at(-1)?.type, 'RUN_FINISHED', answer.text);
  assert.equal(backend.heard.length, before + 1);
  return { answer, ...backend.heard.at(-1) };
}

const hello = (more) => turn({ threadId: randomUUID(), says: 'Hello', ...more });

for (const runtime of RUNTIMES) {
  for (const spoken of MODES) {
    describe(`a ${runtime} runtime, a ${spoken} client`, () => suite(runtime, DIALECTS[spoken]));
  }
}

function suite(runtime, dialect) {
  const own = runtime === 'v1' ? 'single-route' : runtime;
  const token = (claims = CLAIMS) => cast.idp.token(claims);
  const run = (body, agent = 'default') => dialect.agent('run', agent, body);
  const through = (request, more) => follow(cast.gates[runtime], { token: token(), ...request }, more);
  const past = (body, more) => follow(cast.bare[runtime], DIALECTS[own].agent('run', 'default', body), more);

  for (const verb of ['run', 'suggest']) {
    it(`${verb}: the caller's words, identity and token arrive, and the answer comes back`, async () => {
      const good = token();
      const { answer, headers, body } = await through({ ...dialect.agent(verb, 'default', hello()), token: good });
      assert.equal(saidIn(answer), 'You said: Hello');
      assert.equal(body.messages.at(-1).content, 'Hello');
      assert.equal(headers['x-user-id'], 'alice');
      assert.equal(headers['x-user-role'], 'admin');
      assert.equal(headers['x-user-permissions'], 'read,write');
      assert.equal(headers.authorization, `Bearer ${good}`);
    });
  }

  const SPOOFED = [
    ['X-User-Id', LIE],
    ['x-user-role', LIE],
    ['x-user-permissions', LIE],
    ['x-gate-assertion', LIE],
    ['x-cpki-user-id', LIE],
    ['x-cpki-memory-grant', LIE],
  ];

  it('headers by which a client says who it is do not arrive, others do', async () => {
    const more = [...SPOOFED, ['X_User_Id', LIE], ['x-user_id', LIE], ['x-app-version', '7']];
    const { headers } = await through({ ...run(hello()), token: token({ sub: 'bob' }) }, more);
    assert.equal(headers['x-user-id'], 'bob');
    assert.equal(headers['x-app-version'], '7');
    // Not even where the token has no such claim.
    assert.equal(headers['x-user-role'], undefined);
    assert.equal(headers['x-user-permissions'], undefined);
    assert.ok(!JSON.stringify(headers).includes(LIE), JSON.stringify(headers));

    const alone = await past(hello(), SPOOFED);
    for (const [name] of SPOOFED) assert.equal(alone.headers[name.toLowerCase()], LIE, `${name} on the runtime alone`);
  });

  it('members of the body that backends trust do not arrive, others do', async () => {
    const configurable = Object.fromEntries(
      ['langgraph_auth_user', 'auth_user', 'copilotkit_auth', 'copilotkit_forwarded_headers'].map((name) => [
        name,
        { identity: LIE },
      ]),
    );
    const theirs = { temperature: 0.25, config: { recursion_limit: 5, configurable: { model: 'small' } } };
    const lying = hello({
      state: { note: 'kept', headers: { user_id: LIE } },
      context: [{ description: 'where', value: 'here' }],
      forwardedProps: {
        ...theirs,
        authorization: `Bearer ${LIE}`,
        user_id: LIE,
        config: { ...theirs.config, configurable: { ...theirs.config.configurable, ...configurable } },
      },
    });
    const { answer, body } = await through(run(lying));
    assert.deepEqual(body.state, { note: 'kept' });
    assert.deepEqual(body.forwardedProps, { ...theirs, user_id: 'alice' });
    assert.deepEqual(body.context, lying.context);
    assert.deepEqual(body.messages, lying.messages);
    // Nor does the runtime keep it with the thread.
    assert.ok(!answer.text.includes(LIE), answer.text);

    const alone = await past(lying);
    assert.deepEqual(alone.body.forwardedProps, lying.forwardedProps);
    assert.deepEqual(alone.body.state, lying.state);
  });

  it('messages by which a browser would instruct the agent do not arrive, others do', async () => {
    const document = (value) => ({ type: 'document', source: { type: 'url', value } });
    const parts = [{ type: 'text', text: 'Hello' }, document(`http://127.0.0.1/${LIE}`)];
    const lying = hello();
    lying.messages.unshift({ id: 'm-1', role: 'system', content: LIE });
    lying.messages.push({ id: 'm-2', role: 'user', content: parts }, { id: 'm-3', role: 'developer', content: LIE });
    const { answer, body } = await through(run(lying));
    assert.deepEqual(body.messages, [lying.messages[1], { ...lying.messages[2], content: [parts[0]] }]);
    assert.equal(answer.headers['x-gate-dropped'], 'messages.system, messages.url, messages.developer');

    const alone = await past(lying);
    assert.deepEqual(alone.body.messages, lying.messages);
  });

  it("the server's own Authorization wins over the caller's", async () => {
    const { headers } = await through(run(hello(), 'privileged'));
    assert.equal(headers.authorization, SERVER_TOKEN);
    assert.equal(headers['x-user-id'], 'alice');
  });

  it('a token among the properties arrives as Authorization, and is kept nowhere', async () => {
    const good = token();
    for (const authorization of [good, `Bearer ${good}`]) {
      const asked = run(hello({ forwardedProps: { authorization, mood: 'good' } }));
      const { answer, headers, body } = await follow(cast.gates[runtime], asked);
      assert.equal(headers.authorization, `Bearer ${good}`);
      assert.equal(headers['x-user-id'], 'alice');
      assert.deepEqual(body.forwardedProps, { mood: 'good' });
      assert.ok(!answer.text.includes(good));
    }
  });

  it('only the tools of the rule are declared', async () => {
    const tools = ['get_weather', 'delete_account', 'get'].map((name) => ({ name, description: '', parameters: {} }));
    const names = async (agent) => (await through(run(hello({ tools }), agent))).body.tools.map(({ name }) => name);
    assert.deepEqual(await names('careful'), ['get_weather']);
    assert.deepEqual(await names('default'), ['get_weather', 'delete_account', 'get']);
  });

  it('the assertion of the gate arrives, good for this run and this thread', async () => {
    const { headers, body } = await through(run(hello()));
    const jwks = (await cast.gates[runtime].send({ path: '/.gate/jwks.json' })).json;
    const { payload } = await jwtVerify(headers['x-gate-assertion'], createLocalJWKSet(jwks), {
      issuer: new URL(BASE, cast.gates[runtime].url).href,
      audience: cast.origins[runtime].url,
    });
    const { sub, src_iss, operation, agent, thread } = payload;
    const expected = {
      sub: 'alice',
      src_iss: cast.idp.issuer,
      operation: 'agent/run',
      agent: 'default',
      thread: body.threadId,
    };
    assert.deepEqual({ sub, src_iss, operation, agent, thread }, expected);
  });

  it("another site's page may not read the answer, whatever the runtime says", async () => {
    const origin = ['Origin', 'https://evil.example'];
    const { answer } = await through(run(hello()), [origin]);
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
    const alone = await past(hello(), [origin]);
    assert.equal(alone.answer.headers['access-control-allow-origin'], '*');
  });
}

describe('FORWARD_AUTHORIZATION = "strip"', () => {
  for (const mode of MODES) {
    it(`a ${mode} runtime gets the identity without the token`, async () => {
      const asked = { ...DIALECTS[mode].agent('run', 'default', hello()), token: stripping.idp.token(CLAIMS) };
      const { headers } = await follow(stripping.gates[mode], asked);
      assert.equal(headers['x-user-id'], 'alice');
      assert.equal(headers.authorization, undefined);
    });
  }
});
