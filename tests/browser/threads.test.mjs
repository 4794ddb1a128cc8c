// A chat with a thread id of its own, as apps give one to keep a conversation: behind a gate with THREAD_KEY it finds
// its history again when the page is loaded anew, and only its owner does.

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { MODES } from '../support/dialects.mjs';
import * as chat from './support/chat.mjs';
import { newPage, setStage } from './support/stage.mjs';

for (const mode of MODES) {
  describe(`a ${mode} runtime`, () => {
    let stage;
    before(async () => {
      stage = await setStage({ mode, vars: { THREAD_KEY: randomBytes(32).toString('base64url') } });
    });
    after(() => stage?.close());

    /**
     * Does it, and waits until the chat that this brings has been told what happened in its thread. A chat may give up one
     * `connect` for the next: only one that came to its end counts. Chromium does not know: the client cancels what it has
     * read to the end, which may count as a failure.
     */
    async function replayed(act) {
      const [call] = await Promise.all([stage.site.answered(({ path }) => path.endsWith('/connect')), act()]);
      assert.equal(call.status, 200);
    }

    /** The chat of `sub` on a machine of their own, signed in. */
    async function chatOf(sub, threadId) {
      const page = await newPage(stage);
      await page.goto(stage.site.address({ token: stage.idp.token({ sub }), threadId }));
      await replayed(() => chat.byId(page, 'auth-sign-in-button').click());
      return page;
    }

    it('a chat finds its history again after a reload, and goes on with it', async () => {
      const threadId = `notes-${randomUUID()}`;
      const page = await chatOf('alice', threadId);
      await chat.ask(page, 'Remember the milk');
      await replayed(() => page.reload());
      await answer(page, 'Remember the milk').waitFor();
      await chat.byId(page, 'copilot-user-message').filter({ hasText: 'Remember the milk' }).waitFor();

      await chat.ask(page, 'And the bread');
      await replayed(() => page.reload());
      for (const words of ['Remember the milk', 'And the bread']) await answer(page, words).waitFor();
      assert.equal(await chat.answersOn(page).count(), 2);
      await chat.assertNoProblem(page);
      await page.context().close();
    });

    it('on another machine, its owner finds it; somebody else with the same id finds nothing', async () => {
      const threadId = `notes-${randomUUID()}`;
      const first = await chatOf('alice', threadId);
      await chat.ask(first, 'Nobody else may know');
      const second = await chatOf('alice', threadId);
      await answer(second, 'Nobody else may know').waitFor();

      const other = await chatOf('bob', threadId);
      const own = await chat.ask(other, 'Is anybody here?');
      assert.match(own, /x-user-id: bob/);
      assert.equal(await chat.answersOn(other).count(), 1);
      assert.equal(await other.getByText('Nobody else may know').count(), 0);
      await replayed(() => other.reload());
      await answer(other, 'Is anybody here?').waitFor();
      assert.equal(await other.getByText('Nobody else may know').count(), 0);
      for (const page of [first, second, other]) await page.context().close();
    });
  });
}

const answer = (page, words) => chat.answersOn(page).filter({ hasText: `You said: ${words}` });
