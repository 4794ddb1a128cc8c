// PROPERTIES and IDENTITY_BODY: which members of an agent's input may steer its backend, and what the gate itself writes
// there. In both dialects, on both sides.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { startBothSides } from './support/both-sides.mjs';
import { assertNotLogged } from './support/expect.mjs';

const PLACES = {
  '/state/auth_user/user_id': 'sub',
  '/state/auth_user/role': 'role',
  '/forwardedProps/config/configurable/copilotkit_auth': '$token',
  '/forwardedProps/groups': 'groups',
};
/** Settings of each gate. */
const GATES = {
  usual: {},
  shown: { ALLOWED_ORIGINS: ['https://app.example'] },
  open: { PROPERTIES: ['*'] },
  listed: { PROPERTIES: ['theme*', 'command'] },
  none: { PROPERTIES: [] },
  steered: { PROPERTIES: ['*', 'webhook', 'config'] },
  pathed: { PROPERTIES: ['config.configurable.model', 'config.tags', 'app.*'] },
  named: { PROPERTIES: ['role', 'tenantId'] },
  written: { IDENTITY_BODY: PLACES, PROPERTIES: ['theme', 'config.configurable.model'] },
  anonymous: { IDENTITY_BODY: PLACES, PROPERTIES: ['config.configurable.model'], ANONYMOUS: true },
  property: { IDENTITY_BODY: PLACES, TOKEN_PROPERTY: true, FORWARD_AUTHORIZATION: 'strip' },
};
const LIE = 'said-by-the-browser';

let idp, origin, bothOf, close;
before(async () => {
  ({ idp, origin, bothOf, close } = await startBothSides(GATES));
});
after(() => close?.());

/** How a client may send an input. */
const FORMS = [
  (body, verb) => post(`/agent/a/${verb}`, body),
  (body, verb) => envelope({ method: `agent/${verb}`, params: { agentId: 'a' }, body }),
  (body, verb) => envelope({ method: `agent/${verb}`, params: { agentId: 'a' }, body: JSON.stringify(body) }),
];

/** What becomes of an input at the origin: the same in whatever form it comes, and in whatever form it goes on. */
async function sent(name, body, token = idp.token({ role: 'editor' })) {
  const bodies = [];
  for (const gate of bothOf(name)) {
    for (const form of FORMS) {
      for (const verb of ['run', 'suggest', 'connect']) {
        const { answer, received } = await relay(gate, origin, { ...form(body, verb), token });
        assert.equal(answer.status, 200, answer.text);
        const value = JSON.parse(received[0].text);
        bodies.push(value.method ? value.body : value);
      }
    }
  }
  for (const other of bodies) assert.deepEqual(other, bodies[0]);
  return bodies[0];
}

const propertiesOf = async (name, forwardedProps) => (await sent(name, input({ forwardedProps }))).forwardedProps;

describe('by default', () => {
  it("what CopilotKit's clients write goes on, and nothing else", async () => {
    const written = {
      toolChoice: { type: 'function', function: { name: 'copilotkitSuggest' } },
      command: { resume: 'yes', interruptEvent: { id: 1 } },
      a2uiAction: { userAction: { name: 'x' } },
      a2uiCatalogAvailable: true,
      __proxiedMCPRequest: { method: 'ping' },
    };
    const more = {
      theme: 'dark',
      user: { name: 'x' },
      streamSubgraphs: true,
      streamMode: ['events'],
      nodeName: 'n',
      injectA2UITool: true,
      tool_choice: LIE,
      config: { configurable: { model: 'm' }, tags: ['t'] },
    };
    for (const name of ['usual', 'none']) {
      assert.deepEqual(await propertiesOf(name, { ...more, ...written }), written);
    }
  });

  it('a command resumes a run, and does not redirect it', async () => {
    const command = { resume: 1, goto: 'tools', update: { role: LIE }, graph: LIE, Resume: LIE };
    for (const name of ['usual', 'listed', 'open']) {
      assert.deepEqual(await propertiesOf(name, { command }), { command: { resume: 1 } });
    }
  });
});

describe('with all that neither carries identity nor steers', () => {
  const steering = [
    ['webhook', 'web_hook', 'Webhook', 'onCompletion', 'on_completion', 'onDisconnect', 'on_disconnect'],
    ['metadata', 'threadMetadata', 'thread_metadata', 'context', 'assistantId', 'assistant_id'],
    ['checkpoint', 'checkpointId', 'checkpoint_id', 'checkpointDuring', 'checkpoint_during'],
    ['interruptBefore', 'interrupt_before', 'interruptAfter', 'interrupt_after'],
    ['multitaskStrategy', 'multitask_strategy', 'afterSeconds', 'after_seconds', 'ifNotExists', 'if_not_exists'],
    ['durability', 'feedbackKeys', 'feedback_keys', 'headers', 'Headers'],
    ['authorization', 'auth_user', 'authUser', 'langgraph_auth_user', 'copilotkit_auth'],
    [
      'role',
      'Roles',
      'permissions',
      'groups',
      'scopes',
      'sub',
      'user',
      'username',
      'email',
      'tenantId',
      'orgId',
      'owner',
    ],
  ];
  for (const names of steering) {
    it(`${names.join(', ')} do not go on`, async () => {
      const given = Object.fromEntries(names.map((name) => [name, LIE]));
      assert.deepEqual(await propertiesOf('open', { ...given, kept: 1 }), { kept: 1 });
    });
  }

  it('config keeps what a client may choose, and nothing else', async () => {
    const configurable = {
      model: 'm',
      thread_id: LIE,
      checkpoint_id: LIE,
      langgraph_auth_user_id: LIE,
      auth_user: LIE,
    };
    const config = {
      configurable,
      recursion_limit: 9,
      tags: ['t'],
      metadata: { x: LIE },
      run_name: LIE,
      callbacks: [],
    };
    const kept = { configurable: { model: 'm' }, recursion_limit: 9, tags: ['t'] };
    assert.deepEqual(await propertiesOf('open', { config }), { config: kept });
    assert.deepEqual(await propertiesOf('open', { CONFIG: config }), { CONFIG: kept });
    assert.deepEqual(await propertiesOf('usual', { config }), {});
    assert.deepEqual(await propertiesOf('pathed', { config, app: { a: 1 }, theme: 1 }), {
      config: { configurable: { model: 'm' }, tags: ['t'] },
      app: { a: 1 },
    });
  });

  it('what names the caller goes on by its full name', async () => {
    assert.deepEqual(await propertiesOf('named', { role: 1, tenantId: 2, Role: 3, tenant: 4 }), {
      role: 1,
      tenantId: 2,
    });
  });

  it('nobody but the gate says in the state who the user is', async () => {
    const state = {
      auth_user: { role: LIE },
      authUser: LIE,
      headers: { user_id: LIE },
      Headers: LIE,
      kept: { headers: 1 },
    };
    assert.deepEqual((await sent('usual', input({ state }))).state, { kept: { headers: 1 } });
  });
});

describe('PROPERTIES', () => {
  const command = { resume: 4 };
  const given = { theme: 1, theme_dark: 2, webhook: 'w', command, metadata: 5, user_id: LIE, auth_user: LIE };
  const rows = [
    ['none', { command }],
    ['listed', { theme: 1, theme_dark: 2, command }],
    // A name in full goes on though it steers; who the user is never does.
    ['steered', { theme: 1, theme_dark: 2, webhook: 'w', command, user_id: 'user-1' }],
  ];
  for (const [name, kept] of rows) {
    it(`${JSON.stringify(GATES[name].PROPERTIES)} lets through ${Object.keys(kept).join(', ') || 'nothing'}`, async () =>
      assert.deepEqual(await propertiesOf(name, given), kept));
  }

  it('lets streamMode on without what reveals the configuration of a run', async () => {
    const given = { streamMode: ['debug', 'events', 'checkpoints', 'tasks'], stream_mode: 'debug', kept: 1 };
    assert.deepEqual(await propertiesOf('steered', given), { streamMode: ['events'], kept: 1 });
    assert.deepEqual(await propertiesOf('steered', { streamMode: 'events' }), { streamMode: 'events' });
  });

  it('may open config as a whole, but for who the user is', async () => {
    const config = {
      metadata: { x: 1 },
      configurable: { thread_id: 't', langgraph_auth_user: LIE, copilotkit_auth: LIE },
    };
    assert.deepEqual(await propertiesOf('steered', { config }), {
      config: { metadata: { x: 1 }, configurable: { thread_id: 't' } },
    });
  });
});

describe('what was taken out', () => {
  const PAGE = 'https://app.example';

  it('is named in the log and in the answer, which a listed page can read', async () => {
    const { answer, line } = await run('shown', { theme: LIE, 'a,b\u00e9': 1, command: { goto: 1 } });
    const names = ['forwardedProps.theme', 'forwardedProps.a,b\u00e9', 'forwardedProps.command.goto'];
    assert.deepEqual(line.dropped, names);
    const encoded = 'forwardedProps.theme, forwardedProps.a%2Cb%C3%A9, forwardedProps.command.goto';
    assert.equal(answer.headers['x-gate-dropped'], encoded);
    assert.match(answer.headers['access-control-expose-headers'], /x-gate-dropped/i);
    assertNotLogged(bothOf('shown')[0].log, [LIE]);
  });

  it('is not named where it was nothing', async () => {
    const { answer, line } = await run('shown', { command: { resume: 1 } });
    assert.equal(line.dropped, undefined);
    assert.equal(answer.headers['x-gate-dropped'], undefined);
  });

  it('is named eight times at most', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`p${index}${'x'.repeat(200)}`, 1]));
    const { answer, line } = await run('shown', many);
    assert.equal(line.dropped.length, 8);
    assert.ok(answer.headers['x-gate-dropped'].length < 1000);
  });

  async function run(name, forwardedProps) {
    const request = post('/agent/a/run', input({ forwardedProps }), { headers: [['Origin', PAGE]] });
    const [gate] = bothOf(name);
    const { answer } = await relay(gate, origin, { ...request, token: idp.token() });
    assert.equal(answer.status, 200, answer.text);
    return { answer, line: await gate.log.decision(answer.headers['x-request-id']) };
  }
});

describe('IDENTITY_BODY', () => {
  const token = () => idp.token({ role: 'editor', groups: ['a', 'b'] });
  const written = (good) => ({ config: { configurable: { copilotkit_auth: good } }, groups: ['a', 'b'] });
  const states = [
    ['nothing', undefined],
    ['an empty state', {}],
    ['a list for the user', { auth_user: [LIE] }],
    ['another user', { auth_user: { user_id: LIE, role: LIE } }],
    ['a text for the user', { auth_user: LIE }],
    ['another spelling', { authUser: { role: LIE } }],
  ];
  for (const [name, state] of states) {
    it(`writes the verified claims where the client says ${name}`, async () => {
      const good = token();
      const body = await sent('written', input({ state, forwardedProps: { groups: [LIE], config: null } }), good);
      assert.deepEqual(body.state, { auth_user: { user_id: 'user-1', role: 'editor' } });
      assert.deepEqual(body.forwardedProps, written(good));
    });
  }

  it('leaves everything beside them as it is', async () => {
    const state = { note: 'kept', auth_user: { user_id: LIE } };
    const forwardedProps = { theme: 'dark', config: { configurable: { model: 'm' } } };
    const good = token();
    const body = await sent('written', input({ state, forwardedProps }), good);
    assert.deepEqual(body.state, { note: 'kept', auth_user: { user_id: 'user-1', role: 'editor' } });
    assert.deepEqual(body.forwardedProps, {
      theme: 'dark',
      config: { configurable: { model: 'm', copilotkit_auth: good } },
      groups: ['a', 'b'],
    });
  });

  it("removes the client's word where the token has no such claim", async () => {
    const state = { auth_user: { role: LIE, user_id: LIE } };
    const body = await sent('written', input({ state, forwardedProps: { groups: [LIE] } }), idp.token());
    assert.deepEqual(body.state, { auth_user: { user_id: 'user-1' } });
    assert.equal(body.forwardedProps.groups, undefined);
  });

  it("removes it for callers without a token, who have no claims and no '$token'", async () => {
    const forwardedProps = { groups: [LIE], config: { configurable: { copilotkit_auth: LIE, model: 'm' } } };
    const body = await sent('anonymous', input({ state: { auth_user: { role: LIE } }, forwardedProps }), '');
    assert.ok(!JSON.stringify(body).includes(LIE), JSON.stringify(body));
    assert.equal(body.forwardedProps.config.configurable.model, 'm');
  });

  it("writes '$token' wherever the token came in, also where the header is stripped", async () => {
    const good = token();
    const body = await sent('property', input({ forwardedProps: { authorization: `Bearer ${good}` } }), '');
    assert.deepEqual(body.forwardedProps, written(good));
    assert.equal(origin.heard.at(-1).headers.authorization, undefined);
  });

  it('leaves nothing in the way to a claim that is absent', async () => {
    const body = await sent(
      'written',
      input({ state: { auth_user: LIE }, forwardedProps: { groups: LIE } }),
      idp.token({ sub: 'u', role: 'r' }),
    );
    assert.deepEqual(body.state, { auth_user: { user_id: 'u', role: 'r' } });
    assert.equal(body.forwardedProps.groups, undefined);
  });

  it('writes nothing of it into the log', async () => {
    const good = token();
    await sent('written', input({ state: { auth_user: LIE } }), good);
    assertNotLogged(bothOf('usual')[0].log, [LIE, ...good.split('.').slice(1)]);
  });
});
