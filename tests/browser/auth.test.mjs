// The six steps of CopilotKit's own authentication demo, on a page of ours with CopilotKit's own frontend. The runtime
// behind authenticates nobody: the gate does. Then what the page is told when it is refused.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import * as chat from './support/chat.mjs';
import { newPage, setStage } from './support/stage.mjs';

/** How the page reaches the gate, and what the runtime behind it speaks. */
const WAYS = {
  'REST before a multi-route runtime': { mode: 'multi-route', useSingleEndpoint: false },
  'envelopes before a multi-route runtime': { mode: 'multi-route', useSingleEndpoint: true },
  'REST before a single-route runtime': { mode: 'single-route', useSingleEndpoint: false },
};

for (const [way, { mode, useSingleEndpoint }] of Object.entries(WAYS)) {
  describe(way, () => {
    let stage, page;
    before(async () => (stage = await setStage({ mode })));
    after(() => stage?.close());
    beforeEach(async () => {
      await page?.context().close();
      page = await newPage(stage);
      const token = stage.idp.token({ sub: 'alice', role: 'admin' });
      await page.goto(stage.site.address({ token, useSingleEndpoint }));
      stage.ran.splice(0);
    });

    const signIn = async () => {
      await chat.byId(page, 'auth-sign-in-button').click();
      await chat.authenticated(page, true);
    };
    const signOut = async () => {
      await chat.byId(page, 'auth-sign-out-button').click();
      await chat.authenticated(page, false);
    };

    it('1. nothing of CopilotKit is there before the first sign-in', async () => {
      await chat.shown(page, 'auth-sign-in-card');
      await chat.shown(page, 'auth-demo-token');
      assert.ok(await chat.byId(page, 'auth-sign-in-button').isEnabled());
      assert.equal(await chat.byId(page, 'auth-banner').count(), 0);
      assert.equal(await chat.inputOf(page).count(), 0);
    });

    it('2. signing in shows the banner and the chat', async () => {
      await signIn();
      assert.match(await chat.byId(page, 'auth-status').innerText(), /Signed in/);
      assert.ok(await chat.byId(page, 'auth-sign-out-button').isEnabled());
      await chat.inputOf(page).waitFor();
      assert.equal(await chat.byId(page, 'auth-sign-in-card').count(), 0);
    });

    it('3. who is signed in gets an answer, from an agent that knows who it is', async () => {
      await signIn();
      const answer = await chat.ask(page, 'Who am I?');
      assert.match(answer, /x-user-id: alice/);
      assert.match(answer, /x-user-role: admin/);
      await chat.assertNoProblem(page);
      assert.equal(stage.ran.length, 1);
    });

    it('4. signing out leaves the chat there', async () => {
      await signIn();
      await chat.inputOf(page).waitFor();
      await signOut();
      assert.match(await chat.byId(page, 'auth-status').innerText(), /Signed out/);
      await chat.shown(page, 'auth-authenticate-button');
      assert.equal(await chat.byId(page, 'auth-sign-out-button').count(), 0);
      assert.equal(await chat.byId(page, 'auth-sign-in-card').count(), 0);
      await chat.inputOf(page).waitFor();
    });

    it('5. who is signed out gets an error, and no answer', async () => {
      await signIn();
      await chat.inputOf(page).waitFor();
      await signOut();
      await chat.send(page, 'Let me in');
      await chat.shown(page, 'auth-demo-error');
      await chat.shown(page, 'auth-banner');
      assert.equal(await chat.answersOn(page).count(), 0);
      const { status, payload } = await chat.problem(page, 'agent_run_failed');
      assert.equal(status, 401);
      assert.equal(payload.error, 'unauthorized');
      assert.equal(payload.code, 'missing_token');
      assert.equal(stage.ran.length, 0);
    });

    it('5. who is signed out, and sends an empty Authorization, gets the same error', async () => {
      const token = stage.idp.token({ sub: 'alice', role: 'admin' });
      await page.goto(stage.site.address({ token, useSingleEndpoint, sendsEmpty: true }));
      await page.reload();
      await signIn();
      await chat.inputOf(page).waitFor();
      await signOut();
      stage.site.calls.splice(0);
      await chat.send(page, 'Let me in');
      await chat.shown(page, 'auth-demo-error');
      const { status, payload } = await chat.problem(page, 'agent_run_failed');
      assert.equal(status, 401);
      assert.equal(payload.code, 'missing_token');
      assert.deepEqual(new Set(stage.site.calls.map(({ headers }) => headers.authorization)), new Set(['']));
      assert.equal(stage.ran.length, 0);
    });

    it('6. signing in again brings the answers back', async () => {
      await signIn();
      await chat.inputOf(page).waitFor();
      await signOut();
      await chat.send(page, 'Let me in');
      await chat.shown(page, 'auth-demo-error');
      await chat.byId(page, 'auth-authenticate-button').click();
      await chat.authenticated(page, true);
      await chat.gone(page, 'auth-demo-error');
      assert.match(await chat.ask(page, 'And now?'), /x-user-id: alice/);
    });
  });
}

describe('a page that is refused when it loads', () => {
  let stage, page;
  before(async () => (stage = await setStage()));
  after(() => stage?.close());
  beforeEach(async () => {
    await page?.context().close();
    page = await newPage(stage);
    stage.site.calls.splice(0);
  });

  it("shows the gate's message: the same from GET /info and from the retry as an envelope", async () => {
    const { message } = (await stage.gate.send({ path: '/info' })).json;
    await page.goto(stage.site.address({ always: true }));
    const problem = await chat.problem(page, 'runtime_info_fetch_failed');
    assert.equal(problem.message, `Runtime info request failed with status 401: ${message}`);
    assert.equal(await chat.byId(page, 'auth-demo-error').innerText(), problem.message);
    const infos = stage.site.calls.slice(0, 2).map(({ method, path, status }) => [method, path, status]);
    assert.deepEqual(infos, [
      ['GET', '/api/copilotkit/info', 401],
      ['POST', '/api/copilotkit', 401],
    ]);
    assert.equal(stage.origin.requests.length, 0);
  });

  it('is told why, where its token has expired', async () => {
    const token = stage.idp.token({ sub: 'alice', exp: Math.floor(Date.now() / 1000) - 3600 });
    const { message } = (await stage.gate.send({ path: '/info', token })).json;
    await page.goto(stage.site.address({ token }));
    await chat.byId(page, 'auth-sign-in-button').click();
    const problem = await chat.problem(page, 'runtime_info_fetch_failed');
    assert.equal(problem.message, `Runtime info request failed with status 401: ${message}`);
    assert.match(message, /expired/);
  });
});
