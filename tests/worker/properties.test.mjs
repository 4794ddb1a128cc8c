// PROPERTIES and IDENTITY_BODY: which members of an agent's input may steer its backend, and what the gate itself writes
// there. In both dialects, on both sides.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
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
  listed: { PROPERTIES: ['theme*', 'command'] },
  none: { PROPERTIES: [] },
  steered: { PROPERTIES: ['*', 'webhook', 'config'] },
  written: { IDENTITY_BODY: PLACES },
  anonymous: { IDENTITY_BODY: PLACES, ANONYMOUS: true },
  property: { IDENTITY_BODY: PLACES, TOKEN_PROPERTY: true, FORWARD_AUTHORIZATION: 'strip' },
};
const LIE = 'said-by-the-browser';

let idp, origin, gates;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = usualVars({ idp, origin });
  const settings = Object.entries(GATES).flatMap(([name, more]) => [
    [name, { ...vars, ...more }],
    [`${name} before single-route`, { ...vars, ...more, ORIGIN_MODE: 'single-route' }],
  ]);
  const started = await startGates(settings.map(([, all]) => ({ vars: all })));
  gates = Object.fromEntries(settings.map(([name], index) => [name, started[index]]));
});
after(() => gates?.usual.dispose());

/** How a client may send an input. */
const FORMS = [
  (body, verb) => post(`/agent/a/${verb}`, body),
  (body, verb) => envelope({ method: `agent/${verb}`, params: { agentId: 'a' }, body }),
  (body, verb) => envelope({ method: `agent/${verb}`, params: { agentId: 'a' }, body: JSON.stringify(body) }),
];

/** What becomes of an input at the origin: the same in whatever form it comes, and in whatever form it goes on. */
async function sent(name, body, token = idp.token({ role: 'editor' })) {
  const bodies = [];
  for (const gate of [gates[name], gates[`${name} before single-route`]]) {
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
  const steering = [
    ['webhook', 'web_hook', 'Webhook', 'onCompletion', 'on_completion', 'onDisconnect', 'on_disconnect'],
    ['metadata', 'threadMetadata', 'thread_metadata', 'context', 'assistantId', 'assistant_id'],
    ['checkpoint', 'checkpointId', 'checkpoint_id', 'checkpointDuring', 'checkpoint_during'],
    ['interruptBefore', 'interrupt_before', 'interruptAfter', 'interrupt_after'],
    ['multitaskStrategy', 'multitask_strategy', 'afterSeconds', 'after_seconds', 'ifNotExists', 'if_not_exists'],
    ['durability', 'feedbackKeys', 'feedback_keys', 'Config'],
    ['authorization', 'auth_user', 'authUser', 'langgraph_auth_user', 'copilotkit_auth'],
  ];
  for (const names of steering) {
    it(`${names.join(', ')} do not go on`, async () => {
      const given = Object.fromEntries(names.map((name) => [name, LIE]));
      assert.deepEqual(await propertiesOf('usual', { ...given, kept: 1 }), { kept: 1 });
    });
  }

  it("what CopilotKit's frontend and apps send goes on", async () => {
    const needed = {
      command: { resume: 'yes', interruptEvent: { id: 1 } },
      streamSubgraphs: true,
      nodeName: 'n',
      a2uiAction: { name: 'x' },
      injectA2UITool: true,
      __proxiedMCPRequest: { method: 'ping' },
      theme: 'dark',
      webhooks: 1,
      contextual: 1,
      user: { name: 'x' },
    };
    assert.deepEqual(await propertiesOf('usual', needed), needed);
  });

  it('streamMode does not go on in any spelling', async () => {
    const given = { streamMode: ['events'], stream_mode: 'values', StreamMode: ['debug'], kept: 1 };
    assert.deepEqual(await propertiesOf('usual', given), { kept: 1 });
  });

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
    assert.deepEqual(await propertiesOf('usual', { config }), {
      config: { configurable: { model: 'm' }, recursion_limit: 9, tags: ['t'] },
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
  const given = { theme: 1, theme_dark: 2, webhook: 'w', command: 4, metadata: 5, user_id: LIE, auth_user: LIE };
  const rows = [
    ['none', {}],
    ['listed', { theme: 1, theme_dark: 2, command: 4 }],
    // A name in full goes on though it steers; who the user is never does.
    ['steered', { theme: 1, theme_dark: 2, webhook: 'w', command: 4, user_id: 'user-1' }],
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

describe('IDENTITY_BODY', () => {
  const token = () => idp.token({ role: 'editor', groups: ['a', 'b'] });
  const written = (good) => ({ config: { configurable: { copilotkit_auth: good } }, groups: ['a', 'b'] });
  const states = [
    ['nothing', undefined],
    ['an empty state', {}],
    ['a state that is a text', LIE],
    ['a state that is a list', [LIE]],
    ['another user', { auth_user: { user_id: LIE, role: LIE } }],
    ['a text for the user', { auth_user: LIE }],
    ['another spelling', { authUser: { role: LIE } }],
  ];
  for (const [name, state] of states) {
    it(`writes the verified claims where the client says ${name}`, async () => {
      const good = token();
      const body = await sent('written', input({ state, forwardedProps: { groups: [LIE], config: LIE } }), good);
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

  it('writes nothing of it into the log', async () => {
    const good = token();
    await sent('written', input({ state: { auth_user: LIE } }), good);
    assertNotLogged(gates.usual.log, [LIE, ...good.split('.').slice(1)]);
  });
});
