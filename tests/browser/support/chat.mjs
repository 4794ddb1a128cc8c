// What a person does on the page, and sees there.

import assert from 'node:assert/strict';

export const INPUT = 'Type a message';

export const byId = (page, id) => page.getByTestId(id);
export const inputOf = (page) => page.getByPlaceholder(INPUT);
export const answersOn = (page) => byId(page, 'copilot-assistant-message');

/**
 * Writes a message and sends it once the chat is ready to: with Enter, since while the chat replays its thread the button
 * would stop that instead.
 */
export async function send(page, text) {
  await inputOf(page).fill(text);
  await page.locator('[data-testid="copilot-send-button"]:enabled').waitFor();
  await inputOf(page).press('Enter');
}

/** Sends a message, waits for the answer to it, and gives that. */
export async function ask(page, text) {
  await send(page, text);
  const answer = answersOn(page).filter({ hasText: `You said: ${text}` });
  await answer.waitFor();
  return answer.innerText();
}

/** Waits until an element is there and shown. */
export const shown = (page, id) => byId(page, id).waitFor({ state: 'visible' });

/** Waits until an element is gone. */
export const gone = (page, id) => byId(page, id).waitFor({ state: 'detached' });

/** Waits until the banner says whether somebody is signed in. */
export const authenticated = (page, is) =>
  page.locator(`[data-testid="auth-banner"][data-authenticated="${is}"]`).waitFor();

/** Waits until CopilotKit has told the page of an error with this code, and gives it. */
export async function problem(page, code) {
  await page.waitForFunction((wanted) => window.problems.some((one) => one.code === wanted), code);
  return (await problems(page)).find((one) => one.code === code);
}

export const problems = (page) => page.evaluate(() => window.problems);

/** Checks that the page has been told of no error. */
export async function assertNoProblem(page) {
  assert.deepEqual(await problems(page), []);
  assert.equal(await byId(page, 'auth-demo-error').count(), 0);
}
