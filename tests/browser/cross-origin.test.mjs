// A page on another origin than the gate. What its browser lets it see of a refusal is the gate's to decide: without
// CORS headers every 401 looks like an outage.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import * as chat from './support/chat.mjs';
import { startSite } from './support/site.mjs';
import { newPage, setStage } from './support/stage.mjs';

let stage, page, stranger;
before(async () => {
  stage = await setStage({ vars: ({ url }) => ({ ALLOWED_ORIGINS: [url] }) });
  stranger = await startSite({ folder: stage.folder });
});
after(async () => {
  await stranger?.close();
  await stage?.close();
});
beforeEach(async () => {
  await page?.context().close();
  page = await newPage(stage);
  stage.ran.splice(0);
  stage.origin.requests.splice(0);
});

const runtimeUrl = () => new URL('/api/copilotkit', stage.gate.url).href;
const token = () => stage.idp.token({ sub: 'alice' });
const open = (site, settings) => page.goto(site.address({ runtimeUrl: runtimeUrl(), ...settings }));

async function signIn() {
  await chat.byId(page, 'auth-sign-in-button').click();
  await chat.authenticated(page, true);
}

describe('a page whose origin is listed', () => {
  for (const useSingleEndpoint of [false, true]) {
    it(`gets answers, with ${useSingleEndpoint ? 'envelopes' : 'REST'}`, async () => {
      await open(stage.elsewhere, { token: token(), useSingleEndpoint });
      await signIn();
      assert.match(await chat.ask(page, 'Who am I?'), /x-user-id: alice/);
      await chat.assertNoProblem(page);
    });
  }

  it('is told of a refused load: status and message, not "Failed to fetch"', async () => {
    const { message } = (await stage.gate.send({ path: '/info' })).json;
    await open(stage.elsewhere, { always: true });
    const problem = await chat.problem(page, 'runtime_info_fetch_failed');
    assert.equal(problem.message, `Runtime info request failed with status 401: ${message}`);
  });

  it('is told of a refused run: status and payload, not "Failed to fetch"', async () => {
    await open(stage.elsewhere, { token: token(), useSingleEndpoint: false });
    await signIn();
    await chat.ask(page, 'Who am I?');
    await chat.byId(page, 'auth-sign-out-button').click();
    await chat.authenticated(page, false);
    await chat.send(page, 'Let me in');
    const { status, payload, message } = await chat.problem(page, 'agent_run_failed');
    assert.equal(status, 401);
    assert.equal(payload.error, 'unauthorized');
    assert.equal(payload.code, 'missing_token');
    assert.match(message, /^HTTP 401: /);
    assert.equal(stage.ran.length, 1);
  });

  it('can read the challenge and the request id of a refusal', async () => {
    await page.goto(`${stage.elsewhere.url}/blank`);
    const seen = await page.evaluate(async (url) => {
      const response = await fetch(url, { headers: { authorization: 'Bearer nonsense', 'x-app': '1' } });
      const { headers, status } = response;
      const body = await response.json();
      return { status, body, challenge: headers.get('www-authenticate'), id: headers.get('x-request-id') };
    }, `${runtimeUrl()}/info`);
    assert.equal(seen.status, 401);
    assert.equal(seen.body.code, 'invalid_token');
    assert.match(seen.challenge, /^Bearer realm="copilotkit", error="invalid_token"/);
    assert.equal(seen.id, seen.body.request_id);
  });
});

describe('a page whose origin is not listed', () => {
  it('reads nothing and reaches nothing, with a good token too', async () => {
    await open(stranger, { token: token() });
    await chat.byId(page, 'auth-sign-in-button').click();
    const problem = await chat.problem(page, 'runtime_info_fetch_failed');
    assert.match(problem.message, /Failed to fetch/);
    assert.equal(stage.origin.requests.length, 0);
  });

  it('may not read even what it can make the browser send', async () => {
    await page.goto(`${stranger.url}/blank`);
    const read = (url) =>
      fetch(url).then(
        ({ status }) => `read ${status}`,
        ({ name }) => name,
      );
    assert.equal(await page.evaluate(read, `${runtimeUrl()}/info`), 'TypeError');
  });
});
