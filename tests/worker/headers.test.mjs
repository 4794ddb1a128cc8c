// What reaches the origin beside the body: identity that only the gate sets, and one canonical URL.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BASE } from '../support/client.mjs';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { usualVars } from '../support/world.mjs';

const IDENTITY = {
  'x-user-id': 'sub',
  'x-tenant': 'org.unit.id',
  'x-groups': '/https:~1~1example.com~1groups',
};

let idp, origin, gate, stripping, mapped, elsewhere;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = usualVars({ idp, origin });
  [gate, stripping, mapped, elsewhere] = await startGates([
    { vars },
    { vars: { ...vars, FORWARD_AUTHORIZATION: 'strip' } },
    { vars: { ...vars, IDENTITY } },
    { vars: { ...vars, BASE_PATH: '/chat', ORIGIN_URL: `${origin.url}/inner/runtime` } },
  ]);
});
after(() => gate?.dispose());

/** Sends a request that passes and gives what the origin heard. */
async function heard(through, { claims, ...request } = {}) {
  const answer = await through.send({ path: '/info', token: idp.token(claims), ...request });
  assert.equal(answer.status, 200, answer.text);
  return origin.heard.at(-1);
}

/** The values under every spelling of a header's name. */
function spellings({ pairs }, name) {
  return pairs.filter(([field]) => field.toLowerCase().replaceAll('_', '-') === name).map(([, value]) => value);
}

describe('identity headers', () => {
  it('are set from the claims; lists are joined with a comma', async () => {
    const exchange = await heard(gate, { claims: { role: 'editor', permissions: ['read', 'write'] } });
    assert.deepEqual(spellings(exchange, 'x-user-id'), ['user-1']);
    assert.deepEqual(spellings(exchange, 'x-user-role'), ['editor']);
    assert.deepEqual(spellings(exchange, 'x-user-permissions'), ['read,write']);
  });

  it('are absent where the claim is, even if the client sent one', async () => {
    const headers = [
      ['X-User-Role', 'admin'],
      ['x_user_permissions', 'everything'],
    ];
    const exchange = await heard(gate, { headers });
    assert.deepEqual(spellings(exchange, 'x-user-role'), []);
    assert.deepEqual(spellings(exchange, 'x-user-permissions'), []);
  });

  it('come from the claim paths of IDENTITY', async () => {
    const claims = { org: { unit: { id: 'u-7' } }, 'https://example.com/groups': ['a', 'b'], role: 'editor' };
    const exchange = await heard(mapped, { claims });
    assert.deepEqual(spellings(exchange, 'x-tenant'), ['u-7']);
    assert.deepEqual(spellings(exchange, 'x-groups'), ['a,b']);
    assert.deepEqual(spellings(exchange, 'x-user-role'), [], 'IDENTITY replaces the default table');
  });

  const texts = ['Zoë Ümlaut', '用户', 'a\r\nx-user-role: admin', 'tab\there', '\u0000', 'emoji 🙂'];
  for (const text of texts) {
    it(`are visible ASCII: ${JSON.stringify(text)}`, async () => {
      const exchange = await heard(gate, { claims: { role: text } });
      const [value] = spellings(exchange, 'x-user-role');
      assert.match(value, /^[\x21-\x7e]+$/);
      assert.equal(decodeURIComponent(value), text);
    });
  }
});

describe('what the client may not send', () => {
  const forged = [
    ['x-user-id', 'user-1'],
    ['X-User-Id', 'user-1'],
    ['X-USER-ID', 'user-1'],
    ['x_user_id', 'user-1'],
    ['X-User_Id', 'user-1'],
    ['x_user-role'],
    ['X-User-Permissions'],
    ['x-gate-assertion'],
    ['X_Gate_Anything'],
    ['x-cpki-user-id'],
    ['X-CPKI-Memory-Grant'],
    ['x_cpki_user_id'],
    ['x-middleware-subrequest'],
    ['X_Middleware_Rewrite'],
    ['Forwarded'],
    ['Keep-Alive'],
    ['TE'],
    ['Proxy-Authorization'],
    ['Proxy-Connection'],
  ];
  for (const [name, expected] of forged) {
    it(`${name} ${expected ? 'is replaced' : 'is removed'}`, async () => {
      const exchange = await heard(gate, { headers: [[name, 'forged']] });
      const values = spellings(exchange, name.toLowerCase().replaceAll('_', '-'));
      assert.deepEqual(values, expected ? [expected] : []);
    });
  }

  it('a header that Connection names is removed', async () => {
    const exchange = await heard(gate, {
      headers: [
        ['Connection', 'close, X-Hop'],
        ['X-Hop', '1'],
      ],
    });
    assert.deepEqual(spellings(exchange, 'x-hop'), []);
  });

  it('two spellings at once leave one value', async () => {
    const headers = [
      ['X-User-Id', 'a'],
      ['x_user_id', 'b'],
      ['x-user-id', 'c'],
    ];
    assert.deepEqual(spellings(await heard(gate, { headers }), 'x-user-id'), ['user-1']);
  });

  it('names of its own mapping are protected too', async () => {
    const exchange = await heard(mapped, {
      headers: [
        ['X_Tenant', 'forged'],
        ['x-groups', 'forged'],
      ],
    });
    assert.deepEqual([...spellings(exchange, 'x-tenant'), ...spellings(exchange, 'x-groups')], []);
  });
});

describe('what passes', () => {
  it('ordinary headers, untouched', async () => {
    const headers = [
      ['X-Custom', '1'],
      ['Accept-Language', 'de'],
      ['User-Agent', 'test'],
      ['Accept', 'application/json'],
    ];
    const exchange = await heard(gate, { headers });
    for (const [name, value] of headers) assert.deepEqual(spellings(exchange, name.toLowerCase()), [value]);
  });

  it('the Authorization header, by default', async () => {
    const token = idp.token();
    assert.deepEqual(spellings(await heard(gate, { token }), 'authorization'), [`Bearer ${token}`]);
  });

  it('but not with FORWARD_AUTHORIZATION = strip', async () => {
    assert.deepEqual(spellings(await heard(stripping), 'authorization'), []);
  });
});

describe('what the gate writes', () => {
  it('a request id of its own', async () => {
    const forged = await heard(gate, { headers: [['X-Request-Id', 'forged\tid']] });
    const [id, ...more] = spellings(forged, 'x-request-id');
    assert.ok(id && id !== 'forged\tid');
    assert.deepEqual(more, []);
    assert.notEqual(spellings(await heard(gate), 'x-request-id')[0], id);
  });

  it('x-forwarded-for, -host and -proto, whatever the client claims', async () => {
    const names = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'];
    const forged = names.flatMap((name) => [
      [name, 'forged'],
      [name.replaceAll('-', '_'), 'forged'],
    ]);
    const exchange = await heard(gate, { headers: [['CF-Connecting-IP', '203.0.113.9'], ...forged] });
    const values = names.map((name) => spellings(exchange, name));
    assert.deepEqual(values, [['203.0.113.9'], [gate.url.host], ['http']]);
  });

  it('the Host of the origin', async () => {
    assert.deepEqual(spellings(await heard(gate), 'host'), [new URL(origin.url).host]);
  });

  it('one canonical URL, without the query that the operation does not have', async () => {
    const exchange = await heard(gate, { path: '/info?agentId=x&limit=1&access=all' });
    assert.equal(exchange.url, `${BASE}/info`);
  });

  it('below the path of ORIGIN_URL, whatever BASE_PATH is', async () => {
    const exchange = await heard(elsewhere, { base: '/chat' });
    assert.equal(exchange.url, '/inner/runtime/info');
  });

  it('no assertion without a key to sign it', async () => {
    assert.deepEqual(spellings(await heard(gate), 'x-gate-assertion'), []);
  });
});
