// The demo page for whoever does not use a mouse, a large screen or the light, and waits for no large script.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, afterEach, before, it } from 'node:test';
import { META } from '../../demo/bundle.mjs';
import { bundlePage } from '../../demo/page.mjs';
import * as chat from './support/chat.mjs';
import { NARROW, ask, decided, openDemo, picture, ready, setDemo, signIn, tryScene } from './support/demo.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const MOST_OWN_BYTES = 400 * 1000;

let stage, page;
before(async () => (stage = await setDemo()));
after(() => stage?.close());
afterEach(() => page?.context().close());

for (const colorScheme of ['light', 'dark']) {
  it(`axe finds nothing serious, in the ${colorScheme}`, async () => {
    page = await openDemo(stage, { colorScheme, reducedMotion: 'reduce' });
    await chat.shown(page, 'auth-sign-in-card');
    await assertAccessible('sign-in');
    await signIn(page, 'alice');
    await ready(page);
    await ask(page, 'Who am I?', 'You are alice');
    await tryScene(page, 'no-token');
    await tryScene(page, 'member-operations');
    await assertAccessible('workspace');
    await picture(page, `workspace-${colorScheme}`);
    await chat.byId(page, 'auth-sign-out-button').click();
    await chat.send(page, 'Still there?');
    await chat.shown(page, 'auth-demo-error');
    await assertAccessible('notice');
    await page.setViewportSize(NARROW);
    for (const view of ['Break in', 'Decisions', 'Chat']) {
      await page.getByRole('button', { name: view, exact: true }).click();
      await assertAccessible(`narrow, ${view}`);
      await picture(page, `narrow-${view.toLowerCase().replace(' ', '-')}-${colorScheme}`);
    }
  });
}

it('nothing is wider than a narrow screen', async () => {
  page = await openDemo(stage, { viewport: NARROW });
  await chat.shown(page, 'auth-sign-in-card');
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  assert.ok(await fits());
  await signIn(page, 'alice');
  await ready(page);
  for (const view of ['Break in', 'Decisions', 'Chat']) {
    await page.getByRole('button', { name: view, exact: true }).click();
    assert.ok(await fits(), view);
  }
});

it('the keyboard alone signs in, asks, tries and reads', async () => {
  page = await openDemo(stage);
  await chat.byId(page, 'auth-sign-in-button').waitFor();
  await tabTo('Continue as Alice');
  await page.keyboard.press('Enter');
  await ready(page);
  await tabTo('Type a message');
  await page.keyboard.type('Who am I?');
  await page.keyboard.press('Enter');
  await chat.answersOn(page).filter({ hasText: 'You are alice' }).last().waitFor();
  await tabTo('No token');
  await page.keyboard.press('Enter');
  await decided(page, 'missing_token').getByTestId('explanation').waitFor();
});

it('nothing moves by itself, from loading to a refusal', async () => {
  page = await openDemo(stage);
  await page.evaluate(() => {
    window.shifted = 0;
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifted += value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await signIn(page, 'alice');
  await ready(page);
  await chat.byId(page, 'auth-sign-out-button').click();
  await chat.send(page, 'Let me in');
  await chat.shown(page, 'auth-demo-error');
  const shifted = await page.evaluate(() => window.shifted);
  assert.ok(shifted < 0.1, `a cumulative layout shift of ${shifted}`);
});

it('the page’s own script is small', async () => {
  const { outputs } = JSON.parse(await readFile(join(await bundlePage(), META), 'utf8'));
  const own = Object.entries(outputs)
    .filter(([name]) => name.endsWith('.js'))
    .flatMap(([, { inputs }]) => Object.entries(inputs))
    .filter(([input]) => !input.includes('node_modules/') || /node_modules\/(react|react-dom|scheduler)\//.test(input));
  const bytes = own.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
  assert.ok(bytes < MOST_OWN_BYTES, `${bytes} bytes`);
  assert.ok(bytes > 10_000, 'it was counted');
});

async function assertAccessible(where) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await readFile(AXE, 'utf8'));
  const violations = await page.evaluate(async () => (await window.axe.run()).violations);
  const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  assert.deepEqual(
    serious.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 160))]),
    [],
    where,
  );
}

/** Presses Tab until what has the focus says this. */
async function tabTo(words) {
  for (let count = 0; count < 60; count += 1) {
    await page.keyboard.press('Tab');
    const said = await page.evaluate(() => {
      const { innerText, placeholder } = document.activeElement;
      return `${innerText} ${placeholder}`;
    });
    if (said.includes(words)) return;
  }
  assert.fail(`Tab does not lead to ${words}`);
}
