// The recipes in docs/recipes/, run with the settings that they show: only addresses are replaced by those of the test.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, it } from 'node:test';
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { BASE } from '../support/client.mjs';
import { FakeLimiter } from '../support/fakes.mjs';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { input, post } from '../support/requests.mjs';
import { assertRefused } from './support/expect.mjs';

const RECIPES = ['site', 'access', 'two-runtimes', 'shells', 'previews'];

/** The settings of a recipe, each environment's by its name; those without one as `vars`. */
function settingsOf(recipe) {
  const page = readFileSync(inRoot(`docs/recipes/${recipe}.md`), 'utf8');
  const [, code] = /<!-- test: settings -->\n```toml\n([\s\S]*?)\n```/.exec(page);
  const { vars, env = {} } = getStaticTOMLValue(parseTOML(code));
  return { ...(vars && { vars }), ...Object.fromEntries(Object.entries(env).map(([name, { vars }]) => [name, vars])) };
}

let idp, origin, gates;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const list = RECIPES.flatMap((recipe) =>
    Object.entries(settingsOf(recipe)).map(([env, vars]) => [`${recipe}/${env}`, vars]),
  );
  const here = (vars) => ({
    ...vars,
    ORIGIN_URL: origin.url + BASE,
    ISSUERS: vars.ISSUERS.map(({ jwks_uri: _, ...issuer }) => ({ ...issuer, issuer: idp.issuer })),
    THREAD_KEY: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url'),
  });
  const started = await startGates(list.map(([, vars]) => ({ vars: here(vars), fakes: { RUNS: new FakeLimiter() } })));
  gates = Object.fromEntries(list.map(([name, vars], index) => [name, Object.assign(started[index], { vars })]));
});
after(() => gates && Object.values(gates)[0].dispose());

const audienceOf = (name, issuer = 0) => gates[name].vars.ISSUERS[issuer].audience;
const tokenFor = (name, claims = {}, issuer = 0) => idp.token({ aud: audienceOf(name, issuer), ...claims });
const ask = (name, request) => relay(gates[name], origin, { path: '/info', ...request });
const run = (agent, threadId = 'thread-1') => post(`/agent/${agent}/run`, input({ threadId }));

async function assertPasses(name, request) {
  const { answer, received } = await ask(name, request);
  assert.equal(answer.status, 200, answer.text);
  return received[0];
}

async function assertTurnedAway(name, request, status, code) {
  const { answer, heard } = await ask(name, request);
  assertRefused(answer, status, code);
  assert.equal(heard, 0);
}

it("a site: its cookie is enough on its own host, and another site's page gets nothing", async () => {
  const name = 'site/production';
  const token = tokenFor(name);
  const cookie = ['Cookie', `__Host-token=${token}; theme=dark`];
  const own = ['Origin', gates[name].url.origin];
  const received = await assertPasses(name, { headers: [cookie, own] });
  assert.equal(received.headers['x-user-id'], 'user-1');
  assert.equal(received.headers.cookie, 'theme=dark', 'the token does not go on in it');
  await assertTurnedAway(name, { headers: [cookie, ['Origin', 'https://evil.example']] }, 403, 'origin_not_allowed');
  await assertTurnedAway(name, { headers: [['Cookie', 'theme=dark'], own] }, 401, 'missing_token');
});

it('Access: people and programs are told apart, and a program runs one agent', async () => {
  const name = 'access/production';
  const person = tokenFor(name, { type: 'app' });
  const program = (claims) => tokenFor(name, { type: 'app', sub: '', common_name: '5f2c.access', ...claims }, 1);
  const by = (token) => [['Cf-Access-Jwt-Assertion', token]];
  for (const headers of [
    by(person),
    [['Cookie', `CF_Authorization=${person}`]],
    [...by(person), ['Cookie', `CF_Authorization=${person}`]],
  ]) {
    assert.equal((await assertPasses(name, { headers })).headers['x-user-id'], 'user-1');
  }
  const headers = by(program());
  const request = (agent) => ({ ...run(agent), headers: [...run(agent).headers, ...headers] });
  const received = await assertPasses(name, request('reports'));
  assert.equal(received.headers['x-user-id'], '5f2c.access');
  assert.equal(received.headers['cf-access-jwt-assertion'], undefined);
  await assertTurnedAway(name, request('default'), 403, 'rule_denied');
  await assertTurnedAway(name, { headers }, 403, 'rule_denied');
  await assertTurnedAway(name, { headers: by(program({ common_name: 'another.access' })) }, 403, 'rule_denied');
  await assertTurnedAway(name, { headers: by(program({ common_name: undefined })) }, 401, 'claims_rejected');
  await assertTurnedAway(name, { headers: by(tokenFor(name, { type: 'app', sub: '' })) }, 401, 'claims_rejected');
  await assertTurnedAway(name, { headers: by(tokenFor(name, { type: 'org' })) }, 401, 'claims_rejected');
});

it('two runtimes: a token or a thread of one means nothing at the other', async () => {
  const names = ['two-runtimes/shop', 'two-runtimes/support'];
  for (const [own, other] of [names, names.toReversed()]) {
    const token = tokenFor(own);
    await assertPasses(own, { token });
    await assertTurnedAway(other, { token }, 401, 'wrong_audience');
    const threadAt = async (name, thread) => {
      const { text } = await assertPasses(name, { ...run('default', thread), token: tokenFor(name) });
      return JSON.parse(text).threadId;
    };
    const sealed = await threadAt(own, 'thread-1');
    assert.equal(await threadAt(own, sealed), sealed);
    assert.notEqual(await threadAt(other, sealed), sealed);
    const page = ['Origin', gates[other].vars.ALLOWED_ORIGINS[0]];
    const { answer } = await ask(own, { token, headers: [page] });
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
  }
});

it('shells: each origin may send a token as a header', async () => {
  const name = 'shells/vars';
  const { ALLOWED_ORIGINS } = gates[name].vars;
  assert.equal(ALLOWED_ORIGINS.length, 4);
  for (const page of ALLOWED_ORIGINS) {
    const from = ['Origin', page];
    const asks = ['Access-Control-Request-Method', 'POST'];
    const names = ['Access-Control-Request-Headers', 'authorization,content-type'];
    const preflight = await gates[name].send({ method: 'OPTIONS', path: '/info', headers: [from, asks, names] });
    assert.deepEqual([preflight.status, preflight.headers['access-control-allow-origin']], [204, page]);
    const { answer } = await ask(name, { token: tokenFor(name, { azp: 'my-app-mobile' }), headers: [from] });
    assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [200, page]);
  }
  await assertTurnedAway(name, { token: tokenFor(name, { azp: 'another-app' }) }, 401, 'claims_rejected');
  const foreign = [
    ['Origin', 'capacitor://elsewhere'],
    ['Access-Control-Request-Method', 'POST'],
  ];
  assertRefused(
    await gates[name].send({ method: 'OPTIONS', path: '/info', headers: foreign }),
    403,
    'origin_not_allowed',
  );
});

it("previews: a branch's page may send a token as a header, and nothing else", async () => {
  const name = 'previews/preview';
  const branch = ['Origin', 'https://fix-123.my-app.pages.dev'];
  const token = tokenFor(name);
  const { answer } = await ask(name, { token, headers: [branch] });
  assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [200, branch[1]]);
  for (const page of ['https://a.b.my-app.pages.dev', 'https://my-app.pages.dev', 'https://evil.example']) {
    const { answer: foreign } = await ask(name, { token, headers: [['Origin', page]] });
    assert.equal(foreign.headers['access-control-allow-origin'], undefined, page);
  }
  const { answer: upgrade } = await gates[name].upgrade({
    path: '/info',
    headers: [branch, ['Authorization', `Bearer ${token}`]],
  });
  assertRefused(upgrade, 403, 'origin_not_allowed');
  await assertTurnedAway('two-runtimes/shop', { token }, 401, 'wrong_audience');
});
