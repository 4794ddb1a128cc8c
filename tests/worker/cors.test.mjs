// ALLOWED_ORIGINS: which pages may read answers. The gate answers preflights and replaces what the origin says.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { chunks } from '../support/client.mjs';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { silent, startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

const APP = 'https://app.example';
const OTHER = 'http://localhost:3000';
/** Origins that are not listed, however close. */
const FOREIGN = [
  'https://evil.example',
  'null',
  'http://app.example',
  'https://app.example:8443',
  'https://app.example.evil.example',
  'https://evil-app.example',
  'https://sub.app.example',
  'https://app.example/',
  'https://APP.example',
  `${APP}, https://evil.example`,
];

let idp, origin, gate, closed;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = usualVars({ idp, origin });
  [gate, closed] = await startGates([{ vars: { ...vars, ALLOWED_ORIGINS: [APP, OTHER] } }, { vars }]);
});
beforeEach(() => origin.answers());
after(() => gate?.dispose());

const from = (value) => ['Origin', value];
const list = (value) =>
  (value ?? '')
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter(Boolean);

function preflight(value, { method = 'POST', headers, path = '/agent/a/run' } = {}) {
  const asked = headers ? [['Access-Control-Request-Headers', headers]] : [];
  return { method: 'OPTIONS', path, headers: [from(value), ['Access-Control-Request-Method', method], ...asked] };
}

/** That a page at `value` may read the answer, also with cookies. */
function assertReadable(answer, value) {
  assert.equal(answer.headers['access-control-allow-origin'], value);
  assert.equal(answer.headers['access-control-allow-credentials'], 'true');
  assert.ok(list(answer.headers.vary).includes('origin'), `Vary: ${answer.headers.vary}`);
}

function assertUnreadable(answer) {
  for (const name of ['allow-origin', 'allow-credentials', 'allow-methods', 'allow-headers', 'expose-headers']) {
    assert.equal(answer.headers[`access-control-${name}`], undefined, name);
  }
}

describe('a preflight from a listed origin', () => {
  for (const value of [APP, OTHER]) {
    it(`${value}: answered without a token and without the origin behind`, async () => {
      const answer = await withoutOrigin(origin, () => gate.send(preflight(value)));
      assert.equal(answer.status, 204);
      assertReadable(answer, value);
      assert.ok(Number(answer.headers['access-control-max-age']) > 0);
    });
  }

  it('names every method that an operation has', async () => {
    const methods = list((await gate.send(preflight(APP))).headers['access-control-allow-methods']);
    for (const method of ['get', 'post', 'patch', 'delete']) assert.ok(methods.includes(method), method);
    assert.ok(!methods.includes('*'));
  });

  it('names the headers that were asked for, and Authorization; never a star', async () => {
    const headers = 'authorization, Content-Type,x-custom, x-copilotcloud-public-api-key';
    const allowed = list((await gate.send(preflight(APP, { headers }))).headers['access-control-allow-headers']);
    for (const name of list(headers)) assert.ok(allowed.includes(name), name);
    assert.ok(!allowed.includes('*'));
    const unasked = list((await gate.send(preflight(APP))).headers['access-control-allow-headers']);
    for (const name of ['authorization', 'content-type', 'x-request-id']) assert.ok(unasked.includes(name), name);
    const id = list(
      (await gate.send(preflight(APP, { headers: 'x-request-id' }))).headers['access-control-allow-headers'],
    );
    assert.ok(id.includes('x-request-id'));
  });

  it('never names a header that only the gate may set', async () => {
    const names = [
      'x-user-id',
      'X-User-Role',
      'x_user_permissions',
      'x-gate-assertion',
      'x-cpki-user-id',
      'x-middleware-x',
    ];
    const answer = await gate.send(preflight(APP, { headers: names.join(',') }));
    const allowed = list(answer.headers['access-control-allow-headers']);
    for (const name of names) assert.ok(!allowed.includes(name.toLowerCase()), name);
  });

  it('echoes nothing that is no header name', async () => {
    const answer = await gate.send(preflight(APP, { headers: 'x-ok, a b, <x>, "' }));
    const allowed = list(answer.headers['access-control-allow-headers']);
    assert.ok(allowed.includes('x-ok'));
    assert.ok(
      allowed.every((name) => /^[a-z0-9-]+$/.test(name)),
      allowed.join(),
    );
  });

  it('is the same for any path below the base path', async () => {
    assert.equal((await gate.send(preflight(APP, { path: '/nothing-here' }))).status, 204);
    assert.equal((await gate.send(preflight(APP, { path: '' }))).status, 204);
  });

  it('varies by what it was asked', async () => {
    const vary = list((await gate.send(preflight(APP))).headers.vary);
    assert.ok(vary.includes('access-control-request-headers'), vary.join());
  });
});

describe('a preflight from an origin that is not listed', () => {
  for (const value of FOREIGN) {
    it(value, async () => {
      const answer = await withoutOrigin(origin, () => gate.send(preflight(value)));
      assertUnreadable(answer);
    });
  }

  it('any, where none is listed', async () => {
    assertUnreadable(await withoutOrigin(origin, () => closed.send(preflight(APP))));
  });
});

describe('an OPTIONS that is no preflight', () => {
  const rows = [
    ['without Origin', [['Access-Control-Request-Method', 'POST']]],
    ['without a method to ask for', [from(APP)]],
    ['with neither', []],
  ];
  for (const [name, headers] of rows) {
    it(`${name}: 401, with a token 405`, async () => {
      const request = { method: 'OPTIONS', path: '/info', headers };
      assertRefused(await withoutOrigin(origin, () => gate.send(request)), 401, 'missing_token');
      assertRefused(await withoutOrigin(origin, () => gate.send({ ...request, token: idp.token() })), 405);
    });
  }
});

describe("the origin's answer", () => {
  /** What a runtime sends that allows everybody everything. */
  const LAX = {
    'content-type': 'application/json',
    'access-control-allow-origin': '*',
    'access-control-allow-credentials': 'true',
    'access-control-allow-headers': '*',
    'access-control-allow-methods': '*',
    'access-control-expose-headers': '*',
    vary: 'Accept-Encoding',
  };
  const ask = async (value, through = gate, reply = [200, LAX, '{"a":1}']) => {
    const headers = value ? [from(value)] : [];
    return (await relay(through, origin, { path: '/info', headers, token: idp.token() }, reply)).answer;
  };

  it('is readable to a listed origin, in the words of the gate', async () => {
    const answer = await ask(APP);
    assertReadable(answer, APP);
    const names = answer.pairs.map(([name]) => name.toLowerCase());
    assert.equal(names.filter((name) => name === 'access-control-allow-origin').length, 1);
    assert.ok(list(answer.headers.vary).includes('accept-encoding'), answer.headers.vary);
    const exposed = list(answer.headers['access-control-expose-headers']);
    for (const name of ['www-authenticate', 'retry-after', 'x-request-id']) assert.ok(exposed.includes(name), name);
    assert.ok(!exposed.includes('*'));
    assert.equal(answer.text, '{"a":1}');
  });

  for (const value of FOREIGN) {
    it(`is not readable to ${value}, though the origin says so`, async () => assertUnreadable(await ask(value)));
  }

  it('is not readable to any, where none is listed', async () => assertUnreadable(await ask(APP, closed)));

  it('may reflect the foreign origin, to no avail', async () => {
    const reply = [200, { ...LAX, 'access-control-allow-origin': FOREIGN[0] }, '{}'];
    assertUnreadable(await ask(FOREIGN[0], gate, reply));
  });

  it('says that it varies by Origin, also without one', async () => {
    assert.ok(list((await ask()).headers.vary).includes('origin'));
  });

  it('may be an error, and is readable all the same', async () =>
    assertReadable(await ask(APP, gate, [500, LAX, '{}']), APP));

  it('is still a stream', async () => {
    origin.answers(silent);
    const arriving = origin.next();
    const call = gate.open({
      ...post('/agent/a/run', ''),
      headers: [from(APP), ['Content-Type', 'application/json']],
      token: idp.token(),
    });
    call.request.end(JSON.stringify(input()));
    const exchange = await arriving;
    exchange.stream();
    const response = await call.response;
    assert.equal(response.headers['access-control-allow-origin'], APP);
    const next = chunks(response);
    for (const word of ['one', 'two']) {
      exchange.event(word);
      assert.equal(await next(), `data: ${word}\n\n`);
    }
    exchange.end();
  });
});

describe('a refusal is readable too', () => {
  const json = [['Content-Type', 'application/json']];
  const rows = [
    ['no token', () => ({ path: '/info' }), 401],
    ['a bad token', () => ({ path: '/info', token: 'garbage' }), 401],
    ['the envelope without a token', () => ({ method: 'POST', headers: json, body: '{"method":"info"}' }), 401],
    ['denied by default', () => ({ path: '/threads', token: idp.token() }), 403],
    ['an unknown path', () => ({ path: '/nothing-here', token: idp.token() }), 404],
    ['outside the base path', () => ({ base: '', path: '/nothing-here' }), 404],
    ['the wrong method', () => ({ method: 'DELETE', path: '/info', token: idp.token() }), 405],
    ['no JSON', () => ({ method: 'POST', headers: json, body: '{', token: idp.token() }), 400],
    ['the wrong type', () => ({ method: 'POST', body: '{', token: idp.token() }), 415],
  ];
  for (const [name, make, status] of rows) {
    it(`${name}: ${status}`, async () => {
      const { headers = [], ...request } = make();
      const answer = await gate.send({ ...request, headers: [...headers, from(APP)] });
      assertRefused(answer, status);
      assertReadable(answer, APP);
      const exposed = list(answer.headers['access-control-expose-headers']);
      assert.ok(exposed.includes('www-authenticate') && exposed.includes('x-request-id'), exposed.join());
      assertUnreadable(await gate.send({ ...request, headers: [...headers, from(FOREIGN[0])] }));
    });
  }

  it("the gate's own endpoints", async () => {
    assertReadable(await gate.send({ path: '/.gate/health', headers: [from(APP)] }), APP);
    assertReadable(await gate.send({ path: '/.gate/whoami', headers: [from(APP)], token: idp.token() }), APP);
    assertUnreadable(await gate.send({ path: '/.gate/whoami', headers: [from(FOREIGN[0])], token: idp.token() }));
  });
});
