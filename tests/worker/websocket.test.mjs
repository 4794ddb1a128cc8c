// WebSocket upgrades from pages: CORS does not hold them back, so the gate looks at Origin itself.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { ask } from '../support/websocket.mjs';
import { startWorld } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

const NAME = '__Host-token';
const UPLOAD = ['Content-Type', 'multipart/form-data; boundary=b'];
const APP = 'https://app.example';
const RULES = [
  { operations: ['info'], allow: 'authenticated' },
  { operations: ['inspector/metadata'], require: { roles: ['admin'] } },
];

let world, gate, origin;
before(async () => {
  world = await startWorld({ vars: { TOKEN_COOKIE: NAME, ALLOWED_ORIGINS: [APP], RULES } });
  ({ gate, origin } = world);
});
after(() => world?.gate.dispose());

const header = (token) => [['Authorization', `Bearer ${token}`]];
const cookie = (token) => [['Cookie', `a=1; ${NAME}=${token}`]];
const from = (value) => [['Origin', value]];
const own = () => from(`http://${gate.url.host}`);

/** Credential, the page it comes from, and what comes of it. */
const ROWS = [
  ['a token, no Origin', (t) => header(t)],
  ['a token, a listed Origin', (t) => [...header(t), ...from(APP)]],
  ["a token, the gate's own Origin", (t) => [...header(t), ...own()]],
  ['a token, a foreign Origin', (t) => [...header(t), ...from('https://evil.example')], 403, 'origin_not_allowed'],
  ['a token, Origin null', (t) => [...header(t), ...from('null')], 403, 'origin_not_allowed'],
  ['a cookie, a listed Origin', (t) => [...cookie(t), ...from(APP)]],
  ["a cookie, the gate's own Origin", (t) => [...cookie(t), ...own()]],
  ['a cookie, no Origin', (t) => cookie(t)],
  ['a cookie, a foreign Origin', (t) => [...cookie(t), ...from('https://evil.example')], 403, 'origin_not_allowed'],
  ['a cookie, Origin null', (t) => [...cookie(t), ...from('null')], 403, 'origin_not_allowed'],
  ['a cookie, cross-site', (t) => [...cookie(t), ['Sec-Fetch-Site', 'cross-site']], 403, 'origin_not_allowed'],
  ['no credential, a listed Origin', () => from(APP), 401, 'missing_token'],
  ['a bad token', () => header('garbage'), 401, 'invalid_token'],
];

describe('an upgrade with', () => {
  for (const [name, make, status, code] of ROWS) {
    it(`${name}: ${status ?? 'passes, and frames go both ways'}`, async () => {
      const before = origin.heard.length;
      const { socket, answer } = await gate.upgrade({ path: '/info', headers: make(world.idp.token()) });
      if (status) {
        assertRefused(answer, status, code);
        return assert.equal(origin.heard.length, before);
      }
      assert.equal(answer, undefined, answer?.text);
      assert.equal(await ask(socket, 'hello'), 'echo:hello');
      socket.destroy();
    });
  }

  it('a token that the rules do not let in: 403 rule_denied', async () => {
    const before = origin.heard.length;
    const { answer } = await gate.upgrade({ path: '/inspector-metadata', headers: header(world.idp.token()) });
    assertRefused(answer, 403, 'rule_denied');
    assert.equal(origin.heard.length, before);
  });

  it('a role that they do let in', async () => {
    const headers = header(world.idp.token({ role: 'admin' }));
    const { socket, answer } = await gate.upgrade({ path: '/inspector-metadata', headers });
    assert.equal(answer, undefined, answer?.text);
    socket.destroy();
  });

  it('a cookie: the origin gets the token as Authorization, and the other cookies', async () => {
    const token = world.idp.token();
    const { socket } = await gate.upgrade({ path: '/info', headers: cookie(token) });
    socket.destroy();
    const { headers } = origin.heard.at(-1);
    assert.deepEqual(
      [headers.authorization, headers.cookie, headers['x-user-id']],
      [`Bearer ${token}`, 'a=1', 'user-1'],
    );
  });
});

describe('Upgrade on another method than GET means nothing', () => {
  const HANDSHAKE = [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ];
  const rows = [
    ['a run', () => post('/agent/a/run', input())],
    ['an envelope', () => envelope({ method: 'agent/run', params: { agentId: 'a' }, body: input() })],
    ['a stop', () => ({ method: 'POST', path: '/agent/a/stop/t-1' })],
    ['an upload', () => ({ method: 'POST', path: '/transcribe', headers: [UPLOAD], body: '--b--\r\n' })],
    ['a deletion', () => ({ method: 'DELETE', path: '/memories/m-1' })],
  ];
  for (const [name, make] of rows) {
    it(`${name} stays what it is`, async () => {
      const { headers = [], ...request } = make();
      const token = world.idp.token();
      // A WebSocket from this page would be refused; an ordinary request with a token of its own is not.
      const all = [...headers, ...HANDSHAKE, ...from('https://evil.example')];
      const { answer, received } = await relay(gate, origin, { ...request, headers: all, token });
      assert.equal(answer.status, 200, answer.text);
      const [sent] = received;
      assert.deepEqual([sent.method, sent.headers.upgrade], [request.method, undefined]);
      if (name === 'a run' || name === 'an envelope') assert.deepEqual(JSON.parse(sent.text), input());
    });
  }

  it('nor does it spare a request anything: without a token 401', async () => {
    const { headers, ...request } = post('/agent/a/run', input());
    const { answer, heard } = await relay(gate, origin, { ...request, headers: [...headers, ...HANDSHAKE] });
    assertRefused(answer, 401, 'missing_token');
    assert.equal(heard, 0);
  });
});
