// The list of threads beside a chat, by CopilotKit's own `useThreads`: it works in every dialect where the gate seals threads
// to their owners, and says that there is none, without asking for it, where it could only be refused.

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { MODES } from '../support/dialects.mjs';
import * as chat from './support/chat.mjs';
import { newPage, setStage } from './support/stage.mjs';

/** As apps set `useSingleEndpoint`: not at all, to REST, to envelopes. */
const SETTINGS = [undefined, false, true];

for (const mode of MODES) {
  describe(`before a ${mode} runtime`, () => {
    let sealed, shared;
    before(async () => {
      sealed = await setStage({ mode, vars: { THREAD_KEY: randomBytes(32).toString('base64url') } });
      shared = await setStage({ mode });
    });
    after(async () => {
      await sealed?.close();
      await shared?.close();
    });

    for (const useSingleEndpoint of SETTINGS) {
      it(`with useSingleEndpoint ${useSingleEndpoint}, a page lists its user's threads and nobody else's`, async () => {
        const [alice, bob] = [randomUUID(), randomUUID()];
        for (const sub of [alice, bob]) {
          const page = await signedIn(sealed, sub, { useSingleEndpoint });
          await page.locator('[data-testid="threads"][data-loading="false"]').waitFor({ state: 'attached' });
          await chat.ask(page, `This is ${sub}`);
          await page.reload();
          const threads = chat.byId(page, 'thread');
          await threads.first().waitFor();
          const own = sealed.ran
            .filter(({ headers }) => headers['x-user-id'] === sub)
            .map(({ input }) => input.threadId);
          assert.deepEqual(await threads.allInnerTexts(), own);
          await chat.assertNoProblem(page);
          await page.context().close();
        }
      });

      it(`with useSingleEndpoint ${useSingleEndpoint}, a page is told where there is no list`, async () => {
        shared.site.calls.splice(0);
        const page = await signedIn(shared, randomUUID(), { useSingleEndpoint });
        await chat.shown(page, 'threads-error');
        assert.match(await chat.byId(page, 'threads-error').innerText(), /not available/);
        await chat.ask(page, 'Is anybody here?');
        await chat.assertNoProblem(page);
        assert.deepEqual(
          shared.site.calls.filter(({ status }) => status >= 400),
          [],
          'nothing was refused',
        );
        await page.context().close();
      });
    }
  });
}

/** A page on which `sub` has signed in. */
async function signedIn(stage, sub, settings) {
  const page = await newPage(stage);
  await page.goto(stage.site.address({ token: stage.idp.token({ sub }), withThreads: true, ...settings }));
  await chat.byId(page, 'auth-sign-in-button').click();
  await chat.authenticated(page, true);
  return page;
}
