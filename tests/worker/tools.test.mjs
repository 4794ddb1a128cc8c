// `tools` of a rule: what a client may declare to an agent, and what it may call through the runtime without one.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { startBothModes } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

const RULES = [
  { agents: ['narrow'], allow: 'authenticated', tools: ['ui_*', 'resources/read'] },
  { agents: ['wide'], allow: 'authenticated' },
];
const DIALECTS = {
  path: (agent, body, what = 'run') => post(`/agent/${agent}/${what}`, body),
  envelope: (agent, body, what = 'run') =>
    envelope(`{"method":"agent/${what}","params":{"agentId":"${agent}"},"body":${body}}`),
  'envelope with a text for a body': (agent, body, what = 'run') =>
    envelope({ method: `agent/${what}`, params: { agentId: agent }, body }),
};

let idp, origin, multi, single;
before(async () => ({ idp, origin, multi, single } = await startBothModes({ RULES })));
after(() => multi?.dispose());

const send = (request, gate = multi) => relay(gate, origin, { ...request, token: idp.token() });
/** A body whose `tools` is this very text. */
const declaring = (tools) => JSON.stringify(input()).replace('"tools":[]', `"tools":${tools}`);
/** A body that calls an MCP server. */
const calling = (request) => JSON.stringify(input({ forwardedProps: { __proxiedMCPRequest: request } }));

const SHOW = '{ "name":"ui_show" ,"description":"\\u00e9","parameters":{"max":12345678901234567890.0}}';
const ESCAPED = '{"\\u006eame":"\\u0075i_hide","parameters":{}}';
const UNWANTED = [
  '{"name":"delete_all"}',
  '{"name":"xui_show"}',
  '{"name":"UI_SHOW"}',
  '{"description":"ui_show"}',
  '{"name":["ui_show"]}',
  '"ui_show"',
  'null',
];

for (const [dialect, make] of Object.entries(DIALECTS)) {
  describe(`by ${dialect}`, () => {
    for (const what of ['run', 'suggest', 'connect']) {
      it(`${what}: tools that are not listed are taken out, the others stay as they came`, async () => {
        const tools = `[${[UNWANTED[0], SHOW, ...UNWANTED.slice(1), ESCAPED].join(', ')}]`;
        const { answer, received } = await send(make('narrow', declaring(tools), what));
        assert.equal(answer.status, 200, answer.text);
        assert.ok(received[0].text.includes(`"tools":[${SHOW},${ESCAPED}]`), received[0].text);
      });
    }

    it('without a list, every tool stays', async () => {
      const body = declaring(`[${SHOW}, ${UNWANTED[0]}]`);
      const { received } = await send(make('wide', body));
      assert.ok(received[0].text.includes(`[${SHOW}, ${UNWANTED[0]}]`), received[0].text);
    });

    const mcp = [
      ['tools/call of a listed tool', { method: 'tools/call', params: { name: 'ui_show' } }, 200],
      ['tools/call of another', { method: 'tools/call', params: { name: 'delete_all' } }, 403],
      ['a listed method', { method: 'resources/read', params: { uri: 'file:///x' } }, 200],
      ['another method', { method: 'prompts/get', params: { name: 'ui_show' } }, 403],
      ['ping', { method: 'ping' }, 200],
      ['a notification', { method: 'notifications/message', params: {} }, 200],
      ['tools/call of no tool', { method: 'tools/call', params: {} }, 400],
      ['tools/call of a list of tools', { method: 'tools/call', params: { name: ['ui_show'] } }, 400],
      ['no method', { params: { name: 'ui_show' } }, 400],
      ['a text', 'ping', 400],
      ['null, which is none', null, 200],
    ];
    for (const [name, request, status] of mcp) {
      it(`a proxied MCP call, ${name}: ${status}`, async () => {
        const { answer, received } = await send(make('narrow', calling(request)));
        assertOutcome(answer, received, status);
      });
    }

    it('a proxied MCP call that spells its name with escapes: 403', async () => {
      const body = calling(mcp[1][1]).replace('__proxiedMCPRequest', '__proxied\\u004dCPRequest');
      const { answer, received } = await send(make('narrow', body));
      assertOutcome(answer, received, 403);
    });

    it('without a list, every proxied MCP call goes on', async () => {
      const { answer, received } = await send(make('wide', calling(mcp[1][1])));
      assertOutcome(answer, received, 200);
    });

    it('tools that are no list: 400', async () => {
      const { answer, received } = await send(make('narrow', declaring('{"0":{"name":"delete_all"}}')));
      assertOutcome(answer, received, 400);
    });
  });
}

describe('in front of a single-route origin', () => {
  it('tools are taken out of the envelope', async () => {
    const { received } = await send(DIALECTS.path('narrow', declaring(`[${UNWANTED[0]},${SHOW}]`)), single);
    assert.deepEqual(JSON.parse(received[0].text).body.tools, [JSON.parse(SHOW)]);
  });
});

function assertOutcome(answer, received, status) {
  if (status === 200) assert.equal(answer.status, 200, answer.text);
  else assertRefused(answer, status, status === 403 ? 'rule_denied' : 'malformed_body');
  assert.equal(received.length, status === 200 ? 1 : 0, 'requests at the origin');
}
