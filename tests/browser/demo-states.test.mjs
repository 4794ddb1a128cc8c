// The demo page when something is missing: it says what, and goes on by itself.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, afterEach, before, describe, it } from 'node:test';
import * as chat from './support/chat.mjs';
import { ask, decided, notice, openDemo, pageOf, picture, setDemo, signIn } from './support/demo.mjs';

let stage, page;
before(async () => (stage = await setDemo()));
after(() => stage?.close());
afterEach(async () => {
  await page?.context().close();
  for (const part of Object.keys(stage.demo.parts.state)) await stage.demo.parts.bringUp(part);
});

/** Presses a button of the menu of parts. */
async function press(name) {
  const menu = chat.byId(page, 'parts');
  if (!(await menu.evaluate((details) => details.open))) await menu.locator('summary').click();
  await menu.getByRole('button', { name }).click();
  await menu.locator('summary').click();
}

describe('whoever is refused', () => {
  it('somebody whose access was revoked is told so, with the reason beside', async () => {
    page = await openDemo(stage);
    stage.arrived.splice(0);
    await signIn(page, 'carol');
    await notice(page, "Carol's access was revoked").waitFor();
    const row = decided(page, 'revoked_token');
    assert.match(await row.getByTestId('explanation').innerText(), /the token, its user or its session was revoked/);
    assert.deepEqual(stage.arrived, []);
    await picture(page, 'revoked-user');
    await page.getByRole('button', { name: 'Sign in as somebody else' }).click();
    await signIn(page, 'bob');
    await ask(page, 'Who am I?', 'You are bob');
  });
});

it('a browser that opens no windows: the page itself goes to the provider, and comes back', async () => {
  page = await openDemo(stage);
  await page.evaluate(() => (window.open = () => null));
  const leaves = page.waitForRequest(
    (request) => request.frame() === page.mainFrame() && request.url().includes('code_challenge_method=S256'),
  );
  await signIn(page, 'bob');
  await leaves;
  await ask(page, 'Who am I?', 'You are bob');
  assert.equal(page.url(), `${stage.demo.url}/`, 'the code does not stay in the address');
});

describe('a part that is missing', () => {
  it('the gate: chat and page say so, and go on once it is back', async () => {
    page = await pageOf(stage, 'alice');
    await press('Stop the gate');
    await notice(page, 'The gate is down').waitFor();
    await picture(page, 'gate-down');
    await page.reload();
    await notice(page, 'The gate is down').waitFor();
    await press('Start the gate');
    await chat.gone(page, 'auth-demo-error');
    await ask(page, 'Are you back?', 'You said: Are you back?');
  });

  it('the gate, by itself: it is started again, and whom it refused it still refuses', async () => {
    page = await pageOf(stage, 'alice');
    await stage.demo.parts.gate.close();
    await notice(page, /The gate is (down|starting)/).waitFor();
    await chat.gone(page, 'auth-demo-error');
    await ask(page, 'Back so soon?', 'You said: Back so soon?');
    await chat.byId(page, 'auth-sign-out-button').click();
    await chat.byId(page, 'auth-switch-button').click();
    await signIn(page, 'carol');
    await notice(page, "Carol's access was revoked").waitFor();
  });

  it('the runtime: chat and page say so, and go on once it is back', async () => {
    page = await pageOf(stage, 'alice');
    await press('Stop the runtime');
    await notice(page, 'The runtime is down').waitFor();
    await chat.send(page, 'Is anybody there?');
    const run = page.locator('[data-reason="bad_gateway"]').filter({ hasText: 'agent/run' });
    const explanation = run.getByTestId('explanation');
    await explanation.filter({ hasText: '502 bad_gateway' }).waitFor();
    await picture(page, 'runtime-down');
    await press('Start the runtime');
    await chat.gone(page, 'auth-demo-error');
    await ask(page, 'And now?', 'You said: And now?');

    await press('Stop the runtime');
    await page.reload();
    await notice(page, 'The runtime is down').waitFor();
    await press('Start the runtime');
    await chat.gone(page, 'auth-demo-error');
    await ask(page, 'Are you here now?', 'You said: Are you here now?');
  });

  it('the provider: nobody can sign in, the page says why, and then one can', async () => {
    page = await openDemo(stage);
    await press('Stop the identity provider');
    await chat.byId(page, 'sign-in-problem').filter({ hasText: 'nobody can sign in' }).waitFor();
    await chat.byId(page, 'auth-sign-in-button').click();
    await chat.byId(page, 'auth-sign-in-button').and(page.locator(':enabled')).waitFor();
    await picture(page, 'provider-down');
    await press('Start the identity provider');
    await chat.byId(page, 'sign-in-problem').filter({ hasText: 'nobody can sign in' }).waitFor({ state: 'hidden' });
    await signIn(page, 'alice');
    await ask(page, 'Who am I?', 'You are alice');
  });

  it('the network: the chat says so, and goes on', async () => {
    page = await pageOf(stage, 'bob');
    await page.context().setOffline(true);
    await notice(page, 'You are offline').waitFor();
    await picture(page, 'offline');
    await page.context().setOffline(false);
    await chat.gone(page, 'auth-demo-error');
    await ask(page, 'Back?', 'You said: Back?');
  });

  it('the demo itself: the page says what to do, and goes on', async () => {
    page = await pageOf(stage, 'bob');
    await stage.demo.page.close();
    await notice(page, 'The demo has ended').waitFor();
    await picture(page, 'demo-ended');
    await stage.demo.page.reopen();
    await chat.gone(page, 'auth-demo-error');
    await ask(page, 'Back again?', 'You said: Back again?');
  });
});

describe('the buttons', () => {
  const post = (headers) =>
    new Promise((resolve, reject) => {
      const url = `${stage.demo.url}/control/down`;
      const request = httpRequest(url, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject);
      request.end('{"part":"provider"}');
    });

  it('obey the page itself, and no other', async () => {
    const json = { 'content-type': 'application/json' };
    assert.equal(await post(json), 403);
    assert.equal(await post({ ...json, origin: 'http://evil.example' }), 403);
    assert.equal(await post({ origin: stage.demo.url, 'content-type': 'text/plain' }), 403);
    assert.equal(await post({ ...json, origin: 'http://evil.example', host: 'evil.example' }), 302);
    assert.equal(stage.demo.parts.state.provider, 'up');
  });
});
