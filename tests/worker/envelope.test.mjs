// POST to the base path itself: the single-route dialect. A client that is refused at GET /info tries again here and
// shows the second answer, so both must be the same.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { JSON_TYPE } from '../support/requests.mjs';
import { now } from '../support/token.mjs';
import { startWorld } from '../support/world.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

const LIMIT = 4096;

let world;
before(async () => (world = await startWorld({ vars: { MAX_BODY_BYTES: LIMIT } })));
after(() => world?.gate.dispose());

describe('GET /info and its retry are refused alike', () => {
  const rows = [
    ['without a token', () => ({})],
    ['with another scheme', () => ({ headers: [['Authorization', 'Basic dXNlcjpwYXNz']] })],
    ['with garbage', () => ({ token: 'garbage' })],
    ['with an expired token', (idp) => ({ token: idp.token({ exp: now() - 3600 }) })],
    ['with a token for somebody else', (idp) => ({ token: idp.token({ aud: 'other' }) })],
    ['with two tokens', (idp) => ({ token: idp.token(), headers: [['Authorization', `Bearer ${idp.token()}`]] })],
  ];
  for (const [name, make] of rows) {
    it(name, async () => {
      const { headers = [], ...rest } = make(world.idp);
      const first = await withoutOrigin(world.origin, () => world.gate.send({ path: '/info', headers, ...rest }));
      const retry = { method: 'POST', headers: [...headers, JSON_TYPE], body: '{"method":"info"}', ...rest };
      const second = await withoutOrigin(world.origin, () => world.gate.send(retry));
      assert.ok(first.status >= 400);
      assert.deepEqual(shown(second), shown(first));
    });
  }

  /** The answer without what differs from one request to the next. */
  function shown({ status, headers, json }) {
    const { date, 'x-request-id': _, 'content-length': __, ...rest } = headers;
    return { status, headers: rest, body: { ...json, request_id: '' } };
  }
});

describe('an envelope that is none', () => {
  const rows = [
    ['no JSON', [JSON_TYPE], '{', 400, 'malformed_body'],
    ['no object', [JSON_TYPE], '["info"]', 400, 'malformed_body'],
    ['no method', [JSON_TYPE], '{}', 400, 'malformed_body'],
    ['a method of the wrong type', [JSON_TYPE], '{"method":["info"]}', 400, 'malformed_body'],
    ['the method twice', [JSON_TYPE], '{"method":"info","method":"threads/clear"}', 400, 'malformed_body'],
    [
      'the method twice, the harmless one last',
      [JSON_TYPE],
      '{"method":"threads/clear","method":"info"}',
      400,
      'malformed_body',
    ],
    [
      'the method twice, once escaped',
      [JSON_TYPE],
      '{"method":"info","\\u006dethod":"threads/clear"}',
      400,
      'malformed_body',
    ],
    ["not JSON's content type", [['Content-Type', 'text/plain']], '{"method":"info"}', 415],
    ['too large', [JSON_TYPE], JSON.stringify({ method: 'info', padding: 'x'.repeat(LIMIT) }), 413],
  ];
  for (const [name, headers, body, status, code] of rows) {
    it(`${name}: ${status}; 401 without a token`, async () => {
      const request = { method: 'POST', headers, body };
      const answer = await withoutOrigin(world.origin, () => world.gate.send({ ...request, token: world.idp.token() }));
      assertRefused(answer, status, code);
      assertRefused(await withoutOrigin(world.origin, () => world.gate.send(request)), 401, 'missing_token');
    });
  }
});
