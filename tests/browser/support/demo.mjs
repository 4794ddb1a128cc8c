// The whole demo, as `npm start` runs it, and a person who uses its page.

import '../../support/quiet.mjs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startDemo } from '../../../demo/main.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { freePorts } from '../../support/port.mjs';
import * as chat from './chat.mjs';
import { launchChromium, newPage } from './chromium.mjs';

/** What the page looked like in each state, for whoever wants to see. */
const PICTURES = inRoot('tests/browser/pictures');
export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 360, height: 740 };

/** The demo and a browser. `arrived` lists what has reached the runtime. */
export async function setDemo() {
  const [gate, origin, idp, page] = await freePorts(4);
  const demo = await startDemo({ gate, origin, idp, page });
  const arrived = [];
  demo.traffic.on('arrival', (arrival) => arrived.push(arrival));
  const browser = await launchChromium();
  const close = async () => {
    await browser.close();
    await demo.close();
  };
  return { demo, arrived, browser, close };
}

/** The page in a fresh profile. */
export async function openDemo({ demo, browser }, options) {
  const page = await newPage({ browser }, { viewport: WIDE, ...options });
  await page.goto(demo.url);
  return page;
}

/** Signs in with the sign-in card, in the provider's own window. */
export async function signIn(page, user) {
  await chat.byId(page, user === 'alice' ? 'auth-sign-in-button' : `sign-in-${user}`).click();
  await chat.authenticated(page, user !== 'carol');
}

/** The page of `user`, ready to chat. */
export async function pageOf(stage, user, options) {
  const page = await openDemo(stage, options);
  await signIn(page, user);
  await ready(page);
  return page;
}

/** Waits until the chat has its history, which would otherwise come in between. */
export async function ready(page) {
  await chat.inputOf(page).waitFor();
  await page
    .locator('[data-kind="allowed"]')
    .filter({ hasText: 'agent/connect' })
    .first()
    .waitFor({ state: 'attached' });
}

/** Sends a message, and waits for the end of an answer that holds `words`. */
export async function ask(page, text, words) {
  await chat.send(page, text);
  const answer = chat.answersOn(page).filter({ hasText: words }).last();
  await answer.waitFor();
  await page.locator('[data-testid="copilot-chat"][data-copilot-running="false"]').waitFor();
  return answer.innerText();
}

/** Clicks a scene and waits until it is over; resolves to what it says. */
export async function tryScene(page, id) {
  const scene = chat.byId(page, `scene-${id}`);
  await scene.getByRole('button').click();
  // The keys rotate only when the gate may ask for them: half a minute after a forged token.
  const over = page.locator(`[data-testid="scene-${id}"]:is([data-state="held"], [data-state="open"])`);
  await over.waitFor({ timeout: 60_000 });
  return { state: await scene.getAttribute('data-state'), text: await scene.locator('.scene-result').innerText() };
}

/** The newest request in the live panel, once there is one with this reason. */
export const decided = (page, reason) => page.locator(`[data-testid="request"][data-reason="${reason}"]`).first();

/** The notice over the chat, once it says this. */
export const notice = (page, words) => chat.byId(page, 'auth-demo-error').filter({ hasText: words });

/** Keeps a picture of the page. */
export async function picture(page, name) {
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}
