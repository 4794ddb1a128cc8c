// What is taken out of an agent's body because backends would believe it, and that all the rest stays byte for byte.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { assertNotLogged, assertRefused } from './support/expect.mjs';

const FORGED = 'forged-by-the-client';

let idp, origin, gate, mapped, anonymous;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = usualVars({ idp, origin });
  // Every property goes on that neither carries identity nor steers.
  const open = { ...vars, PROPERTIES: ['*'] };
  [gate, mapped, anonymous] = await startGates([
    { vars: open },
    { vars: { ...open, IDENTITY: { 'X-User-Id': 'uid' } } },
    { vars: { ...open, ANONYMOUS: true } },
  ]);
});
after(() => gate?.dispose());

/** The body that the origin receives for this one. */
async function passed(body, { path = '/agent/a/run', through = gate, token = idp.token(), make = post } = {}) {
  const { answer, received } = await relay(through, origin, { ...make(path, body), ...(token && { token }) });
  assert.equal(answer.status, 200, answer.text);
  return received[0].text;
}

const byEnvelope = (path, body) =>
  envelope(`{"method":"agent/${path.split('/').at(-1)}","params":{"agentId":"a"},"body":${JSON.stringify(body)}}`);

describe('what a client may not say', () => {
  const configurable = (name, value) => ({ forwardedProps: { config: { configurable: { [name]: value, kept: 1 } } } });
  const bare = { forwardedProps: { config: { configurable: { kept: 1 } } } };
  const rows = [
    [
      'forwardedProps.authorization',
      { forwardedProps: { authorization: FORGED, kept: 1 } },
      { forwardedProps: { kept: 1 } },
    ],
    ['forwardedProps.Authorization', { forwardedProps: { Authorization: `Bearer ${FORGED}` } }, { forwardedProps: {} }],
    ['an authorization that is a table', { forwardedProps: { authorization: { a: FORGED } } }, { forwardedProps: {} }],
    ['forwardedProps.user_id', { forwardedProps: { user_id: FORGED } }, { forwardedProps: { user_id: 'user-1' } }],
    [
      'a user_id that is a table',
      { forwardedProps: { user_id: { id: FORGED } } },
      { forwardedProps: { user_id: 'user-1' } },
    ],
    ['state.headers', { state: { headers: { user_id: FORGED }, kept: [1] } }, { state: { kept: [1] } }],
    ['state.headers that is a text', { state: { headers: FORGED } }, { state: {} }],
    ['langgraph_auth_user', configurable('langgraph_auth_user', { identity: FORGED }), bare],
    ['auth_user', configurable('auth_user', FORGED), bare],
    ['copilotkit_auth', configurable('copilotkit_auth', FORGED), bare],
    ['copilotkit_forwarded_headers', configurable('copilotkit_forwarded_headers', { 'x-user-id': FORGED }), bare],
  ];
  for (const [name, more, expected] of rows) {
    for (const what of ['run', 'suggest', 'connect']) {
      for (const make of [post, byEnvelope]) {
        it(`${name} (${what}, ${make === post ? 'path' : 'envelope'})`, async () => {
          const text = await passed(input(more), { path: `/agent/a/${what}`, make });
          assert.ok(!text.includes(FORGED), text);
          assert.deepEqual(allowingAbsence(JSON.parse(text), expected), input(expected));
        });
      }
    }
  }

  it('whatever escapes its name is written with', async () => {
    const text = JSON.stringify(input({ forwardedProps: { authorization: FORGED, user_id: FORGED } }));
    const escaped = text.replace('"authorization"', '"\\u0061uthorization"').replace('"user_id"', '"user\\u005fid"');
    assert.notEqual(escaped, text);
    assert.ok(!(await passed(escaped)).includes(FORGED));
  });

  it('nor for a user of another claim: user_id follows x-user-id', async () => {
    const body = input({ forwardedProps: { user_id: FORGED } });
    const { forwardedProps } = JSON.parse(await passed(body, { through: mapped, token: idp.token({ uid: 'u-7' }) }));
    assert.ok([undefined, 'u-7'].includes(forwardedProps.user_id), forwardedProps.user_id);
  });

  it('nor without a token', async () => {
    const body = input({ forwardedProps: { user_id: FORGED } });
    const { forwardedProps } = JSON.parse(await passed(body, { through: anonymous, token: null }));
    assert.ok([undefined, 'anonymous'].includes(forwardedProps.user_id), forwardedProps.user_id);
  });

  it('and none of it is logged', () => assertNotLogged(gate.log, [FORGED]));

  /** The interface leaves open whether a forged user_id is overwritten or removed. */
  function allowingAbsence(body, { forwardedProps }) {
    const { user_id: id, ...rest } = body.forwardedProps;
    const isOpen = forwardedProps && 'user_id' in forwardedProps && id === undefined;
    return isOpen ? { ...body, forwardedProps: { ...rest, user_id: forwardedProps.user_id } } : body;
  }
});

it('what steers a run does not arrive, in any spelling', async () => {
  const steering = {
    webhook: FORGED,
    Webhook: FORGED,
    metadata: { owner: FORGED },
    threadMetadata: { owner: FORGED },
    interruptBefore: [FORGED],
    interrupt_before: [FORGED],
    checkpointId: FORGED,
    checkpoint_id: FORGED,
    assistantId: FORGED,
    mcpServers: [{ endpoint: FORGED }],
    mcp_endpoints: [{ endpoint: FORGED }],
    Config: { recursion_limit: 1 },
    config: { webhook: FORGED, recursion_limit: 2, configurable: { assistant_id: FORGED, thread_id: FORGED } },
    command: { resume: 'yes', goto: FORGED, graph: FORGED, update: { note: FORGED } },
  };
  for (const make of [post, byEnvelope]) {
    const { forwardedProps } = JSON.parse(await passed(input({ forwardedProps: steering }), { make }));
    assert.deepEqual(forwardedProps, {
      Config: { recursion_limit: 1 },
      config: { recursion_limit: 2, configurable: {} },
      command: { resume: 'yes' },
    });
  }
});

describe('what only looks like it stays', () => {
  const rows = [
    ['authorization elsewhere', { state: { a: { authorization: 'a' } }, context: [{ authorization: 'b' }] }],
    ['headers elsewhere', { messages: [{ role: 'user', headers: 'x' }], tools: [{ headers: {} }] }],
    ['user_id elsewhere', { state: { user: { user_id: 'x' } }, messages: [{ role: 'user', user_id: 'x' }] }],
    ['auth_user in an object of the app', { forwardedProps: { app: { auth_user: 'x' } } }],
    ['state as null', { state: null }],
    ['forwardedProps as null', { forwardedProps: null }],
    ['members that nobody knows', { future: { headers: [1, 2] }, resume: { a: null } }],
  ];
  for (const [name, more] of rows) {
    it(name, async () => {
      const text = JSON.stringify(input(more));
      assert.equal(await passed(text), text);
    });
  }
});

describe('of another type than a backend expects: 400 malformed_body', () => {
  const rows = [
    ['state as a text', { state: '{"headers":1}' }],
    ['state as a list', { state: [{ headers: 1 }] }],
    ['forwardedProps as a list', { forwardedProps: [{ authorization: 'x' }] }],
    ['config as a text', { forwardedProps: { config: '{"configurable":{"auth_user":1}}' } }],
    ['CONFIG as a text', { forwardedProps: { CONFIG: '{}' } }],
    ['configurable as a list', { forwardedProps: { config: { configurable: [] } } }],
    ['command as a text', { forwardedProps: { command: '{"goto":"x"}' } }],
    ['messages as an object', { messages: {} }],
    ['context as a text', { context: 'x' }],
  ];
  for (const [name, more] of rows) {
    for (const make of [post, byEnvelope]) {
      it(`${name} (${make === post ? 'path' : 'envelope'})`, async () => {
        const request = make('/agent/a/run', JSON.stringify(input(more)));
        const { answer, heard } = await relay(gate, origin, { ...request, token: idp.token() });
        assertRefused(answer, 400, 'malformed_body');
        assert.match(answer.json.message, /must be objects/);
        assert.equal(heard, 0);
      });
    }
  }
});

describe('what backends read in several places', () => {
  const members = { auth_user: FORGED, Headers: [FORGED], user_id: FORGED, Authorization: FORGED, kept: 1 };
  const kept = { user_id: 'user-1', kept: 1 };

  it('is treated alike in all of them', async () => {
    const body = input({
      state: members,
      context: members,
      forwardedProps: { ...members, config: { configurable: members }, configurable: members },
    });
    const sent = JSON.parse(await passed(body));
    assert.deepEqual(sent.state, kept);
    assert.deepEqual(sent.context, kept);
    assert.deepEqual(sent.forwardedProps, { ...kept, config: { configurable: kept }, configurable: kept });
  });

  it('is named by the descriptions of a context', async () => {
    const named = (description, value) => ({ description, value });
    const context = [named('auth_user', FORGED), named('User-ID', FORGED), named('page', 'kept')];
    const sent = JSON.parse(await passed(input({ context })));
    assert.deepEqual(sent.context, [named('User-ID', 'user-1'), named('page', 'kept')]);
  });

  it('does not arrive under other spellings of the members of AG-UI', async () => {
    const body = input({ forwarded_props: { user_id: FORGED }, thread_id: FORGED, State: { auth_user: FORGED } });
    assert.equal(await passed(body), JSON.stringify(input()));
  });
});

describe('byte for byte', () => {
  /** Values that a parser and a printer in between would change. */
  const VALUES = [
    '12345678901234567890123456789',
    '0.1000000000000000055511151231257827',
    '1.0',
    '-0',
    '1E+2',
    '"\\u00e9\\/\\u0041\\ud83d\\ude00\\u0000\\t"',
    '"é 🙂 \u2028 \u007f"',
    '{ "z" : 1 ,\n "a":[ ] , "__proto__":{"x":1}, "":0}',
    '[1 ,2,  3]',
    '""',
  ];
  const rest = VALUES.map((value, index) => `"m${index}":${value}`).join(',');

  it('a body with nothing to change goes on as the very text', async () => {
    const text = ` {"threadId":"t-1",\n"runId" : "r-1",${rest},"state":{ "a":1.0},"forwardedProps":{ "b" : 2 } } \n`;
    assert.equal(await passed(text), text);
  });

  it('a body that is changed keeps every other member, in its order', async () => {
    const inner = '"first": { "n":1.0 } , "authorization":"x","last":"\\u0041"';
    const text = `{"threadId":"t-1",${rest},"forwardedProps":{${inner}},
      "state":{"headers":1,"kept":[ 1.0 ]},"end":true}`;
    const result = await passed(text);
    for (const value of [...VALUES, '{ "n":1.0 }', '"\\u0041"', '[ 1.0 ]']) {
      assert.ok(result.includes(value), `${value} in ${result}`);
    }
    const names = (json) => [...Object.keys(JSON.parse(json)), ...Object.keys(JSON.parse(json).forwardedProps)];
    assert.deepEqual(
      names(result),
      names(text).filter((name) => name !== 'authorization'),
    );
  });

  it('an attachment of 5 MB', async () => {
    const data = Buffer.alloc(5 * 1024 * 1024, 'attachment')
      .toString('base64')
      .slice(0, 5 * 1024 * 1024);
    const content = [{ type: 'binary', mimeType: 'image/png', data }];
    const body = input({ messages: [{ id: 'm', role: 'user', content }], forwardedProps: { authorization: 'x' } });
    const sum = (text) => createHash('sha256').update(text).digest('hex');
    const { messages } = JSON.parse(await passed(body));
    assert.equal(sum(messages[0].content[0].data), sum(data));
  });
});

describe('a member name that occurs twice, at any depth: 400 malformed_body', () => {
  const text = JSON.stringify(
    input({ state: { a: [{ b: { c: 1 } }] }, forwardedProps: { config: { configurable: { d: 1 } } } }),
  );
  const rows = [
    ['the thread', '"runId"', '"threadId":"t-2","runId"'],
    ['forwardedProps', '"runId"', '"forwardedProps":{},"runId"'],
    ['in the properties', '"config"', '"config":{},"config"'],
    ['in what is scrubbed', '"d":1', '"d":1,"d":2'],
    ['deep in the state', '"c":1', '"c":1,"c":1'],
    ['once escaped', '"c":1', '"c":1,"\\u0063":2'],
    ['an empty name', '"c":1', '"":1,"":2'],
  ];
  for (const [name, from, to] of rows) {
    it(name, async () => {
      const twice = text.replace(from, to);
      assert.notEqual(twice, text);
      const { answer, heard } = await relay(gate, origin, { ...post('/agent/a/run', twice), token: idp.token() });
      assertRefused(answer, 400, 'malformed_body');
      assert.equal(heard, 0);
    });
  }
});
