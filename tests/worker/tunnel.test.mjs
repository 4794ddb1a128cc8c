// `resource/request` and what else an envelope may hold: checked as the operation that it means, or refused.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BASE } from '../support/client.mjs';
import { relay } from '../support/relay.mjs';
import { envelope, input } from '../support/requests.mjs';
import { startBothModes } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

const RULES = [
  { operations: ['threads/clear'], allow: 'nobody' },
  { agents: ['secret'], allow: 'nobody' },
  { operations: ['threads/*'], allow: 'authenticated' },
];

let idp, origin, multi, single;
before(async () => ({ idp, origin, multi, single } = await startBothModes({ RULES })));
after(() => multi?.dispose());

/** Sends it to both gates and checks that both refuse it alike; without a token it is a 401. */
async function assertBothRefuse(value, status, code) {
  for (const gate of [multi, single]) {
    const { answer, heard } = await relay(gate, origin, { ...envelope(value), token: idp.token() });
    assert.equal(heard, 0, 'nothing reaches the origin');
    const expected = [status].flat();
    assert.ok(expected.includes(answer.status), `${answer.status} ${answer.text}`);
    assertRefused(answer, answer.status, code);
    assertRefused((await relay(gate, origin, envelope(value))).answer, 401, 'missing_token');
  }
}

const tunnel = (httpMethod, path, more = {}) => ({ method: 'resource/request', params: { path, httpMethod }, ...more });

describe('a tunnelled path that the runtime would match from its end, or fold: refused', () => {
  const rows = [
    ['GET', '/x/y/threads/s1/messages'],
    ['GET', '/threads/s1/messages/threads/s2/messages'],
    ['POST', '/x/threads/clear'],
    ['POST', '//threads/clear'],
    ['POST', '/threads//clear'],
    ['POST', '/threads/clear/'],
    ['POST', '/threads/./clear'],
    ['POST', '/threads/s1/../clear'],
    ['POST', '/threads/%2e%2e/threads/clear'],
    ['POST', '/threads/%2e/clear'],
    ['POST', '/threads\\clear'],
    ['POST', '/thre\tads/clear'],
    ['POST', '/threads/cle\nar'],
    ['POST', '/%74hreads/clear'],
    ['POST', '/threads/clear#x'],
    ['POST', '/threads/clear;x'],
    ['POST', 'threads/clear'],
    ['POST', 'http://copilotkit.resource/threads/clear'],
    ['POST', '//evil.example/threads/clear'],
    ['GET', '//threads'],
    ['GET', '/Threads'],
    ['GET', '/threads/'],
    ['GET', '/threads/..'],
    ['GET', '/threads/%2e%2e/messages'],
    ['GET', '/threads/a%2fb/messages'],
    ['GET', '/threads/a%5cb/messages'],
    ['GET', '/threads/%252e/messages'],
    ['GET', '/threads/%00/messages'],
    ['DELETE', '/threads/info'],
    ['DELETE', '/threads/annotate'],
    ['GET', '/info'],
    ['GET', '/threads/info'],
    ['GET', '/cpk-debug-events'],
    ['GET', '/inspector-metadata'],
    ['POST', '/agent/x/run'],
    ['POST', '/agent/x/stop/t-1'],
    ['POST', '/transcribe'],
    ['POST', '/'],
    ['POST', ''],
    ['GET', '/.gate/whoami'],
  ];
  for (const [method, path] of rows) {
    it(`${method} ${JSON.stringify(path)}`, () => assertBothRefuse(tunnel(method, path), [400, 404, 405]));
  }
});

describe('a tunnelled operation is checked by its own name', () => {
  it('POST /threads/clear: 403, as the rule says', () =>
    assertBothRefuse(tunnel('POST', '/threads/clear'), 403, 'rule_denied'));
  it('in lower case too', () => assertBothRefuse(tunnel('post', '/threads/clear'), 403, 'rule_denied'));
  it('its query names an agent', () => assertBothRefuse(tunnel('GET', '/threads?agentId=secret'), 403, 'rule_denied'));
  it('its query names an agent, encoded', () =>
    assertBothRefuse(tunnel('GET', '/threads?%61gentId=%73ecret'), 403, 'rule_denied'));
  it('its query names two', () =>
    assertBothRefuse(tunnel('GET', '/threads?agentId=a&agentId=secret'), 400, 'malformed_request'));
  it('GET /threads/clear is another method', () => assertBothRefuse(tunnel('GET', '/threads/clear'), 405));
  it('DELETE /threads/clear deletes no thread of that name', () =>
    assertBothRefuse(tunnel('DELETE', '/threads/clear'), 405));
  it('a method that nothing has', () => assertBothRefuse(tunnel('TRACE', '/threads'), [400, 405]));

  it('in lower case it goes on in upper case, without the query that it does not have', async () => {
    const request = { ...envelope(tunnel('get', '/threads?limit=1&x=/info')), token: idp.token() };
    const { received } = await relay(multi, origin, request);
    assert.deepEqual(
      received.map(({ method, url }) => `${method} ${url}`),
      [`GET ${BASE}/threads?limit=1`],
    );
    const [inner] = (await relay(single, origin, request)).received;
    assert.deepEqual(JSON.parse(inner.text), tunnel('GET', '/threads?limit=1'));
  });

  it('an id goes on encoded as the gate does it', async () => {
    const request = { ...envelope(tunnel('GET', '/threads/a%20b+%C3%AB/messages')), token: idp.token() };
    const { received } = await relay(multi, origin, request);
    assert.equal(received[0].url, `${BASE}/threads/a%20b%2B%C3%AB/messages`);
  });
});

describe('an envelope with', () => {
  const run = (more) => ({ method: 'agent/run', params: { agentId: 'a' }, body: input(), ...more });
  const rows = [
    ['an unknown method', { method: 'agent/fork', params: { agentId: 'a' }, body: input() }, 404],
    ['the method of another case', { method: 'Info' }, 404],
    ['a tunnelled operation as a method', { method: 'threads/clear' }, 404],
    ['another one', { method: 'threads/list' }, 404],
    ['what only paths have', { method: 'cpk-debug-events' }, 404],
    ['an empty method', { method: '' }, [400, 404]],
    ['params in a list', run({ params: ['a'] }), 400],
    ['params as a text', run({ params: '{"agentId":"a"}' }), 400],
    ['no params', run({ params: undefined }), 400],
    ['no agent', run({ params: {} }), 400],
    ['an agent that is a number', run({ params: { agentId: 7 } }), 400],
    ['an agent that is null', run({ params: { agentId: null } }), 400],
    ['an agent in a list', run({ params: { agentId: ['secret'] } }), 400],
    ['an empty agent', run({ params: { agentId: '' } }), [400, 404]],
    ['an agent that is a path', run({ params: { agentId: 'a/../secret' } }), [400, 404]],
    ['an agent that is dots', run({ params: { agentId: '..' } }), [400, 404]],
    ['no thread to stop', { method: 'agent/stop', params: { agentId: 'a' } }, 400],
    ['a reserved word to stop', { method: 'agent/stop', params: { agentId: 'a', threadId: 'info' } }, [400, 404]],
    ['a page in a list', { method: 'inspector/learning', params: { agentId: 'a', skillsPage: [1] } }, 400],
    ['no path to tunnel to', { method: 'resource/request', params: { httpMethod: 'GET' } }, 400],
    ['a path in a list', tunnel('GET', ['/threads']), 400],
    ['no method to tunnel', { method: 'resource/request', params: { path: '/threads' } }, 400],
    ['a method in a list', tunnel(['GET'], '/threads'), 400],
    ['no body to run', run({ body: undefined }), 400],
    ['null to run', run({ body: null }), 400],
    ['a list to run', run({ body: [input()] }), 400],
    ['a number to run', run({ body: 7 }), 400],
    ['a text that is no JSON to run', run({ body: '{' }), 400],
    ['a text of a text of JSON', run({ body: JSON.stringify(JSON.stringify(input())) }), 400],
    ['nothing to transcribe', { method: 'transcribe' }, 400],
    ['nothing to annotate', tunnel('POST', '/annotate'), 400],
  ];
  for (const [name, value, status] of rows)
    it(`${name}: ${[status].flat().join(' or ')}`, () => assertBothRefuse(value, status));
});

describe('a member name that occurs twice, at any depth: 400 malformed_body', () => {
  const body = JSON.stringify(input({ messages: [{ role: 'user', content: 'x' }], forwardedProps: { a: { b: 1 } } }));
  const whole = (params, inner = body) => `{"method":"agent/run","params":${params},"body":${inner}}`;
  const rows = [
    ['params', '{"method":"agent/run","params":{"agentId":"a"},"params":{"agentId":"secret"},"body":{}}'],
    ['body', `{"method":"agent/run","params":{"agentId":"a"},"body":${body},"body":${body}}`],
    ['the agent', whole('{"agentId":"a","agentId":"secret"}')],
    ['the agent, once escaped', whole('{"agentId":"a","\\u0061gentId":"secret"}')],
    ['the thread', whole('{"agentId":"a"}', body.replace('"runId"', '"threadId":"t-2","runId"'))],
    ['in a message', whole('{"agentId":"a"}', body.replace('"role"', '"role":"system","role"'))],
    ['deep in the properties', whole('{"agentId":"a"}', body.replace('"b":1', '"b":1,"b":2'))],
    ['in a body that is a text', whole('{"agentId":"a"}', JSON.stringify(body.replace('"b":1', '"b":1,"\\u0062":2')))],
    ['in a member that nobody reads', whole('{"agentId":"a"},"x":[{"y":1,"y":2}]')],
    [
      'the path to tunnel to',
      '{"method":"resource/request","params":{"httpMethod":"GET","path":"/threads","path":"/x"}}',
    ],
  ];
  for (const [name, text] of rows) it(name, () => assertBothRefuse(text, 400, 'malformed_body'));
});
