// A wrong setting closes the gate altogether, and the log says which one. Every row runs as a Worker of its own.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BASE } from '../support/client.mjs';
import { startGates } from '../support/gate.mjs';
import { AUDIENCE, startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { usualVars } from '../support/world.mjs';
import { assertNotLogged, withoutOrigin } from './support/expect.mjs';

const HTTPS = 'https://idp.example';
/** Texts that stand in settings which are secrets. */
const SECRETS = ['too-short-a-key', 'no+base64url/at all==', 'private-key-in-no-format', 'password-of-the-runtime'];
const [SHORT, ODD, FORMLESS, PASSWORD] = SECRETS;
const KEY = Buffer.alloc(32, 7).toString('base64url');

const issuer = (more) => ({ ISSUERS: [{ issuer: HTTPS, audience: AUDIENCE, ...more }] });
const rule = (more) => ({ RULES: [{ operations: ['info'], allow: 'authenticated', ...more }] });
/** A secret that is a table, as `wrangler secret put` takes it. */
const originHeaders = (name, value = PASSWORD) => ({ ORIGIN_HEADERS: JSON.stringify({ [name]: value }) });
const operation = (more) => ({ OPERATIONS: [{ name: 'x', method: 'POST', path: '/x', ...more }] });
const place = (pointer, claim = 'sub') => ({ IDENTITY_BODY: { [pointer]: claim } });

/** A service binding: to a Worker's own eyes it has every method there is. */
const SERVICE = { type: 'fetcher', handler: () => new Response(null) };

/** Name, the settings laid over good ones, the setting that the log must name, and bindings. */
const ROWS = [
  ['no ISSUERS', { ISSUERS: undefined }, 'ISSUERS'],
  ['an empty ISSUERS', { ISSUERS: [] }, 'ISSUERS'],
  ['ISSUERS is no list', { ISSUERS: { issuer: HTTPS, audience: AUDIENCE } }, 'ISSUERS'],
  ['ISSUERS is a text that is no JSON', { ISSUERS: HTTPS }, 'ISSUERS'],
  ['an issuer that is no table', { ISSUERS: [HTTPS] }, 'ISSUERS'],
  ['an issuer without issuer', issuer({ issuer: undefined }), 'ISSUERS'],
  ['an issuer without audience', issuer({ audience: undefined }), 'ISSUERS'],
  ['an issuer with no audience in its list', issuer({ audience: [] }), 'ISSUERS'],
  ['an audience of the wrong type', issuer({ audience: 7 }), 'ISSUERS'],
  ['an http issuer that is not loopback', issuer({ issuer: 'http://idp.example' }), 'ISSUERS'],
  ['a host that only looks like loopback', issuer({ issuer: 'http://127.0.0.1.example' }), 'ISSUERS'],
  ['an http jwks_uri that is not loopback', issuer({ jwks_uri: 'http://idp.example/keys' }), 'ISSUERS'],
  ['an unknown member of an issuer', issuer({ audiences: [AUDIENCE] }), 'ISSUERS'],
  ['the algorithm none', issuer({ algorithms: ['none'] }), 'ISSUERS'],
  ['an unknown algorithm', issuer({ algorithms: ['RS1024'] }), 'ISSUERS'],
  ['HS256 without a secret', issuer({ algorithms: ['RS256', 'HS256'] }), 'ISSUERS'],
  [
    'a public-key algorithm with a secret',
    { ...issuer({ algorithms: ['RS256'], secret: 'SHARED' }), SHARED: 'A'.repeat(86) },
    'ISSUERS',
  ],
  ['a secret that is not bound', issuer({ secret: 'NOT_BOUND' }), 'ISSUERS'],
  ['a secret that is no base64url', { ...issuer({ secret: 'SHARED' }), SHARED: ODD }, 'ISSUERS'],
  ['a negative leeway', issuer({ leeway: -1 }), 'ISSUERS'],
  ['a leeway of the wrong type', issuer({ leeway: 'thirty' }), 'ISSUERS'],
  ['{tenantid} without tenants', issuer({ issuer: `${HTTPS}/{tenantid}/v2.0` }), 'ISSUERS'],
  ['{tenantid} twice', issuer({ issuer: `${HTTPS}/{tenantid}/{tenantid}`, tenants: ['a'] }), 'ISSUERS'],
  ['no ORIGIN_URL', { ORIGIN_URL: undefined }, 'ORIGIN_URL'],
  ['an ORIGIN_URL that is none', { ORIGIN_URL: 'runtime' }, 'ORIGIN_URL'],
  ['an ORIGIN_URL of another scheme', { ORIGIN_URL: 'ftp://runtime.example/api' }, 'ORIGIN_URL'],
  ['an unknown ORIGIN_MODE', { ORIGIN_MODE: 'graphql' }, 'ORIGIN_MODE'],
  ['a BASE_PATH without its slash', { BASE_PATH: 'api/copilotkit' }, 'BASE_PATH'],
  ['a BASE_PATH of the wrong type', { BASE_PATH: 7 }, 'BASE_PATH'],
  ['IDENTITY sets authorization', { IDENTITY: { authorization: 'sub' } }, 'IDENTITY'],
  ['IDENTITY sets Host', { IDENTITY: { Host: 'sub' } }, 'IDENTITY'],
  ['IDENTITY sets x-gate-foo', { IDENTITY: { 'x-gate-foo': 'sub' } }, 'IDENTITY'],
  ['IDENTITY sets X_Gate_Foo', { IDENTITY: { X_Gate_Foo: 'sub' } }, 'IDENTITY'],
  ['IDENTITY sets content-length', { IDENTITY: { 'content-length': 'sub' } }, 'IDENTITY'],
  ['IDENTITY sets what is no header name', { IDENTITY: { 'x user': 'sub' } }, 'IDENTITY'],
  ['IDENTITY has a path of the wrong type', { IDENTITY: { 'x-user-id': 1 } }, 'IDENTITY'],
  ['IDENTITY is no table', { IDENTITY: ['x-user-id'] }, 'IDENTITY'],
  ['an unknown FORWARD_AUTHORIZATION', { FORWARD_AUTHORIZATION: 'maybe' }, 'FORWARD_AUTHORIZATION'],
  ['ANONYMOUS is no boolean', { ANONYMOUS: 'yes' }, 'ANONYMOUS'],
  ['TOKEN_PROPERTY is no boolean', { TOKEN_PROPERTY: 1 }, 'TOKEN_PROPERTY'],
  ['TOKEN_COOKIE is no cookie name', { TOKEN_COOKIE: 'a;b' }, 'TOKEN_COOKIE'],
  ['any origin in ALLOWED_ORIGINS', { ALLOWED_ORIGINS: ['*'] }, 'ALLOWED_ORIGINS'],
  ['an origin with a path', { ALLOWED_ORIGINS: ['https://app.example/chat'] }, 'ALLOWED_ORIGINS'],
  ['an unknown THREADS', { THREADS: 'private' }, 'THREADS'],
  ['isolated THREADS without a key', { THREADS: 'isolated' }, 'THREAD'],
  ['a THREAD_KEY of less than 32 bytes', { THREAD_KEY: SHORT }, 'THREAD_KEY'],
  ['an ASSERTION_KEY that is no key', { ASSERTION_KEY: FORMLESS }, 'ASSERTION_KEY'],
  ['a negative MAX_BODY_BYTES', { MAX_BODY_BYTES: -1 }, 'MAX_BODY_BYTES'],
  ['MAX_BODY_BYTES is no number', { MAX_BODY_BYTES: 'lots' }, 'MAX_BODY_BYTES'],
  ['ORIGIN_TIMEOUT_SECONDS is no number', { ORIGIN_TIMEOUT_SECONDS: 'soon' }, 'ORIGIN_TIMEOUT_SECONDS'],
  ['RULES is no list', { RULES: { allow: 'anyone' } }, 'RULES'],
  ['a rule that decides nothing', rule({ allow: undefined }), 'RULES'],
  ['a rule that decides twice', rule({ require: { roles: ['a'] } }), 'RULES'],
  ['a rule with an unknown decision', rule({ allow: 'everyone' }), 'RULES'],
  ['a rule with an unknown member', rule({ agent: ['a'] }), 'RULES'],
  ['a rule for an unknown operation', rule({ operations: ['agent/walk'] }), 'RULES'],
  ['OPERATIONS is no list', { OPERATIONS: { name: 'x' } }, 'OPERATIONS'],
  ['an operation without a name', operation({ name: undefined }), 'OPERATIONS[0].name'],
  ['an operation with a known name', operation({ name: 'agent/run' }), 'OPERATIONS[0].name'],
  ['an operation with a glob for a name', operation({ name: 'threads/*' }), 'OPERATIONS[0].name'],
  ['an operation without a method', operation({ method: undefined }), 'OPERATIONS[0].method'],
  [
    'an operation with a method that no operation has',
    operation({ method: ['POST', 'TRACE'] }),
    'OPERATIONS[0].method',
  ],
  ['an operation with a known request', operation({ path: '/transcribe' }), 'OPERATIONS[0].path'],
  ['an operation whose path ends in a known one', operation({ path: '/x/agent/{agent}/run' }), 'OPERATIONS[0].path'],
  ['an operation whose path is the end of a known one', operation({ path: '/run' }), 'OPERATIONS[0].path'],
  ['an operation whose path has another id', operation({ path: '/x/{user}' }), 'OPERATIONS[0].path'],
  ['an operation whose path is in part an id', operation({ path: '/x-{agent}' }), 'OPERATIONS[0].path'],
  ['an operation whose query names a thread', operation({ query: ['thread_id'] }), 'OPERATIONS[0].query'],
  ['an operation with an unknown body', operation({ body: 'json' }), 'OPERATIONS[0].body'],
  ['a GET with an agent input', operation({ method: 'GET', body: 'agent-input' }), 'OPERATIONS[0].body'],
  ['an operation with an unknown member', operation({ methods: ['GET'] }), 'OPERATIONS[0].methods'],
  ['neither audience nor authorized_parties', issuer({ audience: undefined, authorized_parties: [] }), 'ISSUERS'],
  ['an empty audience beside authorized_parties', issuer({ audience: [], authorized_parties: ['web'] }), 'audience'],
  ['a claims table that pins nothing', issuer({ claims: {} }), 'ISSUERS[0].claims'],
  ['a claims table with a path that is none', issuer({ claims: { 'a..b': 1 } }), 'ISSUERS[0].claims.a..b'],
  ['a claims table that allows no value', issuer({ claims: { use: [] } }), 'ISSUERS[0].claims.use'],
  ['a claims table that pins a table', issuer({ claims: { use: { a: 1 } } }), 'ISSUERS[0].claims.use'],
  ['claims that are no table', issuer({ claims: ['token_use'] }), 'ISSUERS[0].claims'],
  ['a secret that is not bound, which the log names', issuer({ secret: 'IDP_HMAC' }), 'IDP_HMAC'],
  ['HIDE_EVENTS is no list', { HIDE_EVENTS: 'RAW' }, 'HIDE_EVENTS'],
  ['HIDE_EVENTS with a type in small letters', { HIDE_EVENTS: ['raw'] }, 'HIDE_EVENTS'],
  ['HIDE_EVENTS with a glob over types', { HIDE_EVENTS: ['*'] }, 'HIDE_EVENTS'],
  ['HIDE_EVENTS with how a run ends', { HIDE_EVENTS: ['RUN_ERROR'] }, 'HIDE_EVENTS'],
  ['HIDE_EVENTS with CUSTOM: and no name', { HIDE_EVENTS: ['CUSTOM:'] }, 'HIDE_EVENTS'],
  ['an unknown ERROR_MESSAGES', { ERROR_MESSAGES: 'remove' }, 'ERROR_MESSAGES'],
  ['PROPERTIES is no list', { PROPERTIES: '*' }, 'PROPERTIES'],
  ['PROPERTIES with an empty name', { PROPERTIES: ['theme', ''] }, 'PROPERTIES'],
  ['PROPERTIES with a number', { PROPERTIES: [7] }, 'PROPERTIES'],
  ['IDENTITY_BODY is no table', { IDENTITY_BODY: ['/state/user'] }, 'IDENTITY_BODY'],
  ['IDENTITY_BODY in the messages', place('/messages/0/content'), 'IDENTITY_BODY'],
  ['IDENTITY_BODY in place of the whole state', place('/state'), 'IDENTITY_BODY'],
  ['IDENTITY_BODY without its slash', place('state/user'), 'IDENTITY_BODY'],
  ['IDENTITY_BODY with a pointer that is none', place('/state/a~2'), 'IDENTITY_BODY'],
  ['IDENTITY_BODY with a claim path that is none', place('/state/user', 'a..b'), 'IDENTITY_BODY'],
  ['IDENTITY_BODY with another variable', place('/state/user', 7), 'IDENTITY_BODY'],
  [
    'IDENTITY_BODY with one place in another',
    { IDENTITY_BODY: { '/state/a': 'sub', '/state/a/b': 'role' } },
    'IDENTITY_BODY',
  ],
  ['ORIGIN_HEADERS is no table', { ORIGIN_HEADERS: PASSWORD }, 'ORIGIN_HEADERS'],
  ['ORIGIN_HEADERS is a list', { ORIGIN_HEADERS: JSON.stringify([PASSWORD]) }, 'ORIGIN_HEADERS'],
  ['ORIGIN_HEADERS sets connection', originHeaders('Connection'), 'ORIGIN_HEADERS.Connection'],
  ['ORIGIN_HEADERS sets host', originHeaders('host'), 'ORIGIN_HEADERS.host'],
  ['ORIGIN_HEADERS sets x-gate-assertion', originHeaders('X_Gate_Assertion'), 'ORIGIN_HEADERS.X_Gate_Assertion'],
  ['ORIGIN_HEADERS sets a name of IDENTITY', originHeaders('x-user-id'), 'ORIGIN_HEADERS.x-user-id'],
  ['ORIGIN_HEADERS sets what is no header name', originHeaders('x user'), 'ORIGIN_HEADERS.x user'],
  ['ORIGIN_HEADERS has a value of two lines', originHeaders('x-a', `${PASSWORD}\n`), 'ORIGIN_HEADERS.x-a'],
  ['ORIGIN_HEADERS has a value that is a table', originHeaders('x-a', { [PASSWORD]: 1 }), 'ORIGIN_HEADERS.x-a'],
  ['KEEP_HEADERS is no list', { KEEP_HEADERS: 'x-user-timezone' }, 'KEEP_HEADERS'],
  ['KEEP_HEADERS keeps what IDENTITY sets', { KEEP_HEADERS: ['X_User_Id'] }, 'KEEP_HEADERS'],
  ['KEEP_HEADERS keeps a default of IDENTITY', { IDENTITY: {}, KEEP_HEADERS: ['x-user-issuer'] }, 'KEEP_HEADERS'],
  ["KEEP_HEADERS keeps the gate's own", { KEEP_HEADERS: ['x-gate-assertion'] }, 'KEEP_HEADERS'],
  ['KEEP_HEADERS keeps what the gate writes', { KEEP_HEADERS: ['x-forwarded-for'] }, 'KEEP_HEADERS'],
  ['KEEP_HEADERS keeps connection', { KEEP_HEADERS: ['connection'] }, 'KEEP_HEADERS'],
  ['an unknown LOG', { LOG: 'none' }, 'LOG'],
  ['BODY_TIMEOUT_SECONDS is 0', { BODY_TIMEOUT_SECONDS: 0 }, 'BODY_TIMEOUT_SECONDS'],
  ['BODY_TIMEOUT_SECONDS is more than 300', { BODY_TIMEOUT_SECONDS: 301 }, 'BODY_TIMEOUT_SECONDS'],
  ['a negative MAX_STRANGER_BODY_BYTES', { MAX_STRANGER_BODY_BYTES: -1 }, 'MAX_STRANGER_BODY_BYTES'],
  ['MAX_STRANGER_BODY_BYTES with a unit', { MAX_STRANGER_BODY_BYTES: '64 KB' }, 'MAX_STRANGER_BODY_BYTES'],
  ['a THREAD_KEY that is an empty list', { THREAD_KEY: '[]' }, 'THREAD_KEY'],
  ['a THREAD_KEY with a short one in its list', { THREAD_KEY: JSON.stringify([KEY, SHORT]) }, 'THREAD_KEY'],
  ['a THREAD_KEY with a number in its list', { THREAD_KEY: [KEY, 7] }, 'THREAD_KEY'],
  ['a rule with an unknown mode', rule({ mode: 'maybe' }), 'RULES[0].mode'],
  ['a rule with a limit that is not bound', rule({ limit: 'RUNS' }), 'RULES[0].limit'],
  ['a rule with a limit of the wrong type', rule({ limit: 10 }), 'RULES[0].limit'],
  [
    'a rule with a limit that is a KV namespace',
    rule({ limit: 'RUNS' }),
    'RULES[0].limit',
    { kv: ['JWKS_CACHE', 'RUNS'] },
  ],
  ['a rule that would open threads/clear with a glob', rule({ operations: ['*clear'] }), 'RULES[0]'],
  ['a rule with agents for what names none', rule({ agents: ['a'] }), 'RULES[0]'],
  ['a JWKS_CACHE that is a var', { JWKS_CACHE: 'keys' }, 'JWKS_CACHE', { kv: [] }],
  ['a JWKS_CACHE that is a service', {}, 'JWKS_CACHE', { env: { JWKS_CACHE: SERVICE } }],
  ['a REVOKED that is a service', {}, 'REVOKED', { env: { REVOKED: SERVICE } }],
  ['a RATE_LIMIT that is a KV namespace', {}, 'RATE_LIMIT', { kv: ['JWKS_CACHE', 'RATE_LIMIT'] }],
  ['a RATE_LIMIT that is a service', {}, 'RATE_LIMIT', { env: { RATE_LIMIT: SERVICE } }],
  ['an AUDIT that is a KV namespace', {}, 'AUDIT', { kv: ['JWKS_CACHE', 'AUDIT'] }],
  ['an ORIGIN that is a KV namespace', {}, 'ORIGIN', { kv: ['JWKS_CACHE', 'ORIGIN'] }],
];

const PREFLIGHT = [
  ['Origin', 'https://app.example'],
  ['Access-Control-Request-Method', 'POST'],
];
/** Every kind of request there is. */
const REQUESTS = [
  ['a good request', (token) => ({ path: '/info', token })],
  ['one without a token', () => ({ path: '/info' })],
  [
    'the envelope',
    (token) => ({ method: 'POST', token, headers: [['Content-Type', 'application/json']], body: '{"method":"info"}' }),
  ],
  ['an unknown path', () => ({ path: '/nothing-here' })],
  ['a path outside', () => ({ base: '', path: '/' })],
  ['a preflight', () => ({ method: 'OPTIONS', path: '/info', headers: PREFLIGHT })],
  ['whoami', (token) => ({ path: '/.gate/whoami', token })],
];

let idp, origin, gates;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = usualVars({ idp, origin });
  const wellMeant = { ...vars, ISSUERS: JSON.stringify(vars.ISSUERS), BASE_PATH: '/chat' };
  gates = await startGates([
    ...ROWS.map(([, wrong, , bindings]) => ({ vars: { ...vars, ...wrong }, ...bindings })),
    { vars: wellMeant },
  ]);
});
after(() => gates?.[0].dispose());

function assertClosed(answer, name) {
  assert.equal(answer.status, 500, `${name}: ${answer.text}`);
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.equal(answer.json.error, 'misconfigured', name);
  for (const secret of SECRETS) assert.ok(!answer.text.includes(secret), 'no secret in the answer');
}

describe('a gate with', () => {
  ROWS.forEach(([name, , setting], index) => {
    it(`${name}: everything is 500 misconfigured, and the log names ${setting}`, async () => {
      const gate = gates[index];
      const start = gate.log.lines.length;
      for (const [what, make] of REQUESTS) {
        assertClosed(await withoutOrigin(origin, () => gate.send(make(idp.token()))), what);
      }
      const health = await gate.send({ path: '/.gate/health' });
      if (health.status === 200) assert.equal(health.json.status, 'misconfigured');
      else assertClosed(health, 'health');
      const fault = await gate.log.find((line) => misconfigured(line, setting), `a line that names ${setting}`, start);
      assert.ok(fault.fault && fault.remedy, 'what is wrong, and what would be right');
    });
  });
});

/** The line about a wrong setting, if it names this one. */
function misconfigured(line, setting) {
  const is = line.includes('"misconfigured"') && line.includes(setting);
  return is && [JSON.parse(line)].find((value) => value.event === 'misconfigured');
}

describe('all of them together', () => {
  it('print no secret', () => assertNotLogged(gates[0].log, SECRETS));
});

describe('a gate with everything right', () => {
  it('takes ISSUERS as a JSON text, and another BASE_PATH', async () => {
    const gate = gates.at(-1);
    assert.equal((await gate.send({ base: '/chat', path: '/info', token: idp.token() })).status, 200);
    assert.equal((await gate.send({ base: BASE, path: '/info', token: idp.token() })).status, 404);
  });

  it('says so at its health', async () => {
    const health = await gates.at(-1).send({ base: '/chat', path: '/.gate/health' });
    assert.equal(health.status, 200);
    assert.ok(['ok', 'degraded'].includes(health.json.status), health.text);
  });
});
