// examples/vite: a page that signs in at an OpenID provider and brings its token to a gate at another address.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { answersOn, ask, send } from '../browser/support/chat.mjs';
import { launchChromium, newPage } from '../browser/support/chromium.mjs';
import { BASE } from '../support/client.mjs';
import { startApp } from './support/app.mjs';

const GATE = 8787;

let app, browser, page;
before(async () => {
  browser = await launchChromium();
  app = await startApp('vite', { ports: [4000, 4001, 5173, GATE] });
  page = await newPage({ browser });
});
after(async () => {
  await browser?.close();
  await app?.close();
});

const answer = (somebody, text) => answersOn(somebody).filter({ hasText: `You said: ${text}` });

async function enter(somebody, user) {
  await somebody.getByRole('button', { name: 'Sign in' }).click();
  await somebody.getByRole('heading', { name: 'Who are you?' }).waitFor();
  await somebody.getByRole('button', { name: user }).click();
}

/** Does something to what the page keeps of its session. */
const keptSession = (act) =>
  page.evaluate((change) => {
    const key = Object.keys(sessionStorage).find((name) => name.startsWith('oidc.user:'));
    const user = JSON.parse(sessionStorage.getItem(key));
    if (change === 'expire') sessionStorage.setItem(key, JSON.stringify({ ...user, expires_at: 1 }));
    if (change === 'remove') sessionStorage.removeItem(key);
    return user.access_token;
  }, act);

it('somebody who has not signed in is asked to, and refused by the gate', async () => {
  await page.goto(app.url);
  await page.getByRole('heading', { name: 'Sign in to chat' }).waitFor();
  const [status, { code }] = await page.evaluate(
    async (url) => {
      const response = await fetch(url);
      return [response.status, await response.json()];
    },
    `${app.at(GATE)}${BASE}/info`,
  );
  assert.deepEqual([status, code], [401, 'missing_token']);
});

it('whoever signs in at the provider chats, and the runtime knows who it is', async () => {
  await enter(page, 'alice');
  assert.match(await ask(page, 'Remember the milk'), /^You are alice, admin\./);
});

it('the conversation is there again after a reload', async () => {
  await page.reload();
  await answer(page, 'Remember the milk').waitFor();
});

it('a token that has expired is replaced before the next message', async () => {
  const first = await keptSession('expire');
  await ask(page, 'And the bread');
  assert.notEqual(await keptSession(), first);
});

it('another user of the same thread name sees nothing of it', async () => {
  const other = await newPage({ browser });
  await other.goto(app.url);
  await enter(other, 'bob');
  assert.match(await ask(other, 'Is anybody here?'), /^You are bob, member\./);
  await other.reload();
  await answer(other, 'Is anybody here?').waitFor();
  assert.equal(await answersOn(other).count(), 1);
  assert.equal(await other.getByText('Remember the milk').count(), 0);
  await other.context().close();
});

it('a session that has ended is said to have, and another one finds the conversation', async () => {
  await keptSession('remove');
  await send(page, 'Still there?');
  await page.getByRole('alert').filter({ hasText: 'Your session has ended.' }).waitFor();
  await enter(page, 'alice');
  await answer(page, 'Remember the milk').waitFor();
});

it('a sign-in that is refused is said to have failed', async () => {
  const other = await newPage({ browser });
  await other.goto(`${app.url}/?error=access_denied&state=unknown`);
  await other.getByRole('alert').filter({ hasText: 'Signing in did not work.' }).waitFor();
  await other.context().close();
});
