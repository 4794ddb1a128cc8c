// WebSocket upgrades from pages: CORS does not hold them back, so the gate looks at Origin itself.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ask } from '../support/websocket.mjs';
import { startWorld } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

const NAME = '__Host-token';
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
