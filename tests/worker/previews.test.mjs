// ALLOWED_ORIGINS with a star or another scheme: pages that may send a token of their own, and nothing that the browser attaches.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { relay } from '../support/relay.mjs';
import { startWorld } from '../support/world.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

const COOKIE = '__Host-token';
const HEADER = 'cf-access-jwt-assertion';
const ALLOWED_ORIGINS = ['https://*.app.pages.example', 'capacitor://localhost', 'chrome-extension://abcdefgh'];
const RULES = [{ operations: ['info'], allow: 'anyone' }];
const PAGES = ['https://branch-1.app.pages.example', 'capacitor://localhost', 'chrome-extension://abcdefgh'];

let world, gate, origin;
before(async () => {
  world = await startWorld({ vars: { ALLOWED_ORIGINS, RULES, TOKEN_COOKIE: COOKIE, TOKEN_HEADERS: [HEADER] } });
  ({ gate, origin } = world);
});
after(() => world?.gate.dispose());

for (const page of PAGES) {
  describe(`a page at ${page}`, () => {
    const from = ['Origin', page];

    it('may ask in a preflight', async () => {
      const headers = [
        from,
        ['Access-Control-Request-Method', 'GET'],
        ['Access-Control-Request-Headers', 'authorization'],
      ];
      const answer = await withoutOrigin(origin, () => gate.send({ method: 'OPTIONS', path: '/info', headers }));
      assert.equal(answer.status, 204);
      assert.equal(answer.headers['access-control-allow-origin'], page);
    });

    it('may use a token of its own and read the answer; its cookies stay at the gate', async () => {
      const request = { path: '/info', headers: [from, ['Cookie', 'a=1']], token: world.idp.token() };
      const { answer, received } = await relay(gate, origin, request);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['access-control-allow-origin'], page);
      assert.equal(received[0].headers.cookie, undefined);
      assert.equal(received[0].headers['x-user-id'], 'user-1');
    });

    it('may not use a cookie or the header of a proxy', async () => {
      const token = world.idp.token();
      for (const ambient of [
        ['Cookie', `${COOKIE}=${token}`],
        [HEADER, token],
      ]) {
        const ask = () => gate.send({ path: '/info', headers: [from, ambient] });
        assertRefused(await withoutOrigin(origin, ask), 403, 'origin_not_allowed');
      }
    });

    it('may not open a WebSocket', async () => {
      for (const credential of [[], [['Authorization', `Bearer ${world.idp.token()}`]]]) {
        const ask = async () => (await gate.upgrade({ path: '/info', headers: [from, ...credential] })).answer;
        assertRefused(await withoutOrigin(origin, ask), 403, 'origin_not_allowed');
      }
    });
  });
}

describe('a page that no pattern covers', () => {
  const pages = [
    'https://app.pages.example',
    'https://a.b.app.pages.example',
    'http://b.app.pages.example',
    'tauri://localhost',
  ];
  for (const page of pages) {
    it(`${page}: cannot read an answer`, async () => {
      const request = { path: '/info', headers: [['Origin', page]], token: world.idp.token() };
      const { answer } = await relay(gate, origin, request);
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    });
  }
});
