// The demo page over time and beside another: threads, reloads, tokens that end, and what the live panel keeps.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import * as chat from './support/chat.mjs';
import { ask, decided, pageOf, picture, setDemo } from './support/demo.mjs';

let stage, page;
before(async () => (stage = await setDemo()));
after(() => stage?.close());
afterEach(() => page?.context().close());

const runs = () => stage.arrived.filter(({ path }) => path.endsWith('/run'));

describe('threads', () => {
  it('two users never see each other’s, although their pages choose the same id', async () => {
    page = await pageOf(stage, 'alice');
    const other = await pageOf(stage, 'bob');
    stage.arrived.splice(0);
    await ask(page, 'My secret is 1', 'You said: My secret is 1');
    await ask(other, 'My secret is 2', 'You said: My secret is 2');
    const [hers, his] = runs();
    assert.notEqual(hers.thread, his.thread);
    for (const [one, own, foreign] of [
      [page, hers, his],
      [other, his, hers],
    ]) {
      await one.reload();
      await chat.answersOn(one).first().waitFor();
      await chat.byId(one, 'conversations').click();
      await chat.byId(one, 'conversation').filter({ hasText: own.thread }).waitFor();
      assert.equal(await chat.byId(one, 'conversation').filter({ hasText: foreign.thread }).count(), 0);
    }
    assert.equal(await page.getByText('My secret is 2').count(), 0);
    assert.equal(await other.getByText('My secret is 1').count(), 0);
    await picture(page, 'conversations');
    await other.context().close();
  });

  it('a reload keeps the history, and who is signed in', async () => {
    page = await pageOf(stage, 'alice');
    await ask(page, 'Remember this', 'You said: Remember this');
    await page.reload();
    await chat.authenticated(page, true);
    await chat.answersOn(page).filter({ hasText: 'You said: Remember this' }).waitFor();
  });

  it('a new conversation is empty, and the old one can be picked again', async () => {
    page = await pageOf(stage, 'bob');
    await ask(page, 'In the old one', 'You said: In the old one');
    const { thread } = runs().at(-1);
    await chat.byId(page, 'conversations').click();
    await page.getByRole('button', { name: 'New conversation' }).click();
    await page.getByText('In the old one').first().waitFor({ state: 'detached' });
    await ask(page, 'In the new one', 'You said: In the new one');
    await chat.byId(page, 'conversations').click();
    await chat.byId(page, 'conversation').filter({ hasText: thread }).click();
    await chat.answersOn(page).filter({ hasText: 'You said: In the old one' }).waitFor();
    assert.equal(await page.getByText('In the new one').count(), 0);
  });
});

describe('a token that ends during a conversation', () => {
  it('is replaced before the next message, which just works', async () => {
    page = await pageOf(stage, 'alice');
    await ask(page, 'Before', 'You said: Before');
    const token = () => page.evaluate(() => JSON.parse(sessionStorage.getItem('session')).token);
    const before = await token();
    await page.clock.setSystemTime(new Date(Date.now() + 3600_000));
    await ask(page, 'An hour later', 'You said: An hour later');
    assert.notEqual(await token(), before);
    assert.equal(await page.locator('[data-kind="refused"]').count(), 0, 'nothing was refused meanwhile');
    await chat.answersOn(page).filter({ hasText: 'You said: Before' }).waitFor();
  });
});

describe('the live panel', () => {
  it('shows what the page chose, what the gate decided and what the runtime received', async () => {
    page = await pageOf(stage, 'alice');
    await ask(page, 'Look at me', 'You said: Look at me');
    const { thread, request_id: id } = runs().at(-1);
    const row = page.locator(`[data-request-id="${id}"]`);
    await row.getByRole('button').click();
    const text = await row.innerText();
    for (const said of [
      /agent\/run\s+helper/,
      /allowed as alice/,
      /(hit|miss)/,
      /\d+ ms/,
      /thread\s+helper-1/,
      new RegExp(`thread\\s+${thread}`),
      /x-user-id\s+alice/,
      /x-user-role\s+admin/,
      /RULES\[2\]/,
    ]) {
      assert.match(text, said);
    }
    await picture(page, 'live-panel');
  });

  it("holds nothing of another page's requests", async () => {
    page = await pageOf(stage, 'bob');
    const other = await pageOf(stage, 'alice');
    await ask(other, 'Hers', 'You said: Hers');
    await decided(page, 'ok').waitFor();
    assert.doesNotMatch(await chat.byId(page, 'requests').innerText(), /alice/);
    await other.context().close();
  });
});
