// examples/nextjs: page and runtime at one address, and a session cookie of Auth.js that the gate verifies.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { answersOn, ask, send } from '../browser/support/chat.mjs';
import { launchChromium, newPage } from '../browser/support/chromium.mjs';
import { BASE } from '../support/client.mjs';
import { startApp } from './support/app.mjs';

const APP = 3001;
/** Longest wait for anything: Next.js compiles each route when it is first asked for. */
const PATIENCE_MS = 120_000;

const patientPage = async () => {
  const fresh = await newPage({ browser });
  fresh.setDefaultTimeout(PATIENCE_MS);
  return fresh;
};

let app, browser, page;
before(async () => {
  browser = await launchChromium();
  // Some of its packages are this project's, and Next.js takes nothing from outside its root.
  const changes = { 'next.config.js': (text) => text.replace('import.meta.dirname', JSON.stringify(ROOT)) };
  app = await startApp('nextjs', { ports: [3000, APP, 8787], changes });
  page = await patientPage();
});
after(async () => {
  await browser?.close();
  await app?.close();
});

const enter = (somebody, name) => somebody.getByRole('button', { name: `Sign in as ${name}` }).click();
const answer = (somebody, text) => answersOn(somebody).filter({ hasText: `You said: ${text}` });

it('somebody who has not signed in is asked to, and refused by the gate', async () => {
  await page.goto(app.url);
  await page.getByRole('heading', { name: 'Sign in to chat' }).waitFor();
  const [status, { code }] = await page.evaluate(async (path) => {
    const response = await fetch(path);
    return [response.status, await response.json()];
  }, `${BASE}/info`);
  assert.deepEqual([status, code], [401, 'missing_token']);
});

it('whoever signs in chats, and the runtime knows who it is', async () => {
  await enter(page, 'Alice');
  assert.match(await ask(page, 'Remember the milk'), /^You are alice, admin\./);
});

it('the conversation is there again after a reload', async () => {
  await page.reload();
  await answer(page, 'Remember the milk').waitFor();
});

it('another user of the same thread name sees nothing of it', async () => {
  const other = await patientPage();
  await other.goto(app.url);
  await enter(other, 'Bob');
  assert.match(await ask(other, 'Is anybody here?'), /^You are bob, member\./);
  await other.reload();
  await answer(other, 'Is anybody here?').waitFor();
  assert.equal(await answersOn(other).count(), 1);
  assert.equal(await other.getByText('Remember the milk').count(), 0);
  await other.context().close();
});

it('a session that has ended is said to have, and another one finds the conversation', async () => {
  await page.context().clearCookies();
  await send(page, 'Still there?');
  await page.getByRole('alert').filter({ hasText: 'Your session has ended.' }).waitFor();
  await enter(page, 'Alice');
  await answer(page, 'Remember the milk').waitFor();
});

it('a forged session is refused', async () => {
  const other = await patientPage();
  const [session] = (await page.context().cookies()).filter(({ name }) => name === 'session');
  const [head, claims, signature] = session.value.split('.');
  const forged = { ...JSON.parse(Buffer.from(claims, 'base64url')), sub: 'bob' };
  const value = [head, Buffer.from(JSON.stringify(forged)).toString('base64url'), signature].join('.');
  await other.context().addCookies([{ ...session, value }]);
  await other.goto(app.url);
  await other.getByRole('heading', { name: 'Sign in to chat' }).waitFor();
  const { status } = await other.goto(`${app.url}${BASE}/info`).then((response) => ({ status: response.status() }));
  assert.equal(status, 401);
  await other.context().close();
});

it('the runtime answers nobody who goes around the gate', async () => {
  const response = await fetch(`${app.at(APP)}${BASE}/info`, { headers: { 'x-user-id': 'alice' } });
  assert.equal(response.status, 403);
});
