// The demo page as somebody uses it to chat. The first six are the behaviours of CopilotKit's own authentication demo.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import * as chat from './support/chat.mjs';
import { ask, openDemo, pageOf, picture, setDemo, signIn } from './support/demo.mjs';

let stage, page;
before(async () => (stage = await setDemo()));
after(() => stage?.close());

const runs = () => stage.arrived.filter(({ path }) => path.endsWith('/run'));

// As somebody goes through them, on one page.
describe("CopilotKit's own authentication demo", () => {
  before(async () => (page = await openDemo(stage)));
  after(() => page?.context().close());

  it('1. nothing of CopilotKit is there before the first sign-in', async () => {
    await chat.shown(page, 'auth-sign-in-card');
    assert.equal(await chat.byId(page, 'auth-demo-token').innerText(), 'no token');
    assert.ok(await chat.byId(page, 'auth-sign-in-button').isEnabled());
    assert.equal(await chat.byId(page, 'auth-banner').count(), 0);
    assert.equal(await chat.inputOf(page).count(), 0);
    await picture(page, 'sign-in');
  });

  it('2. signing in shows who it is, and the chat', async () => {
    await signIn(page, 'alice');
    assert.equal(await chat.byId(page, 'auth-status').innerText(), 'Signed in as Alice');
    assert.ok(await chat.byId(page, 'auth-sign-out-button').isEnabled());
    await chat.inputOf(page).waitFor();
    assert.equal(await chat.byId(page, 'auth-sign-in-card').count(), 0);
  });

  it('3. who is signed in gets an answer', async () => {
    assert.match(await ask(page, 'Who am I?', 'You are alice'), /your role is admin/);
    assert.equal(await chat.byId(page, 'auth-demo-error').count(), 0);
  });

  it('4. signing out leaves the chat there', async () => {
    await chat.byId(page, 'auth-sign-out-button').click();
    await chat.authenticated(page, false);
    assert.equal(await chat.byId(page, 'auth-status').innerText(), 'Signed out');
    await chat.shown(page, 'auth-authenticate-button');
    assert.equal(await chat.byId(page, 'auth-sign-out-button').count(), 0);
    assert.equal(await chat.byId(page, 'auth-sign-in-card').count(), 0);
    await chat.inputOf(page).waitFor();
  });

  it('5. who is signed out gets an error in words, and no answer', async () => {
    const before = runs().length;
    await chat.send(page, 'Let me in');
    await chat.shown(page, 'auth-demo-error');
    assert.match(await chat.byId(page, 'auth-demo-error').innerText(), /You are signed out/);
    await chat.shown(page, 'auth-banner');
    assert.equal(await chat.answersOn(page).count(), 1, 'the one from before');
    assert.equal(runs().length, before);
    await picture(page, 'signed-out');
  });

  it('6. signing in again brings the answers back', async () => {
    await chat.byId(page, 'auth-authenticate-button').click();
    await chat.authenticated(page, true);
    await chat.gone(page, 'auth-demo-error');
    await ask(page, 'And now?', 'You said: And now?');
  });
});

describe('the agents', () => {
  afterEach(() => page?.context().close());

  it('the operations agent restarts what an administrator has confirmed, and nothing else', async () => {
    page = await pageOf(stage, 'alice');
    await chat.byId(page, 'agent-operations').click();
    await chat.send(page, 'Restart billing');
    const card = chat.byId(page, 'confirmation');
    await card.getByRole('button', { name: 'Leave it' }).click();
    await chat.answersOn(page).filter({ hasText: 'Nothing was restarted: alice said no.' }).waitFor();

    await chat.send(page, 'Restart search');
    await card.last().getByRole('button', { name: 'Restart search' }).waitFor();
    await picture(page, 'confirmation');
    await card.last().getByRole('button', { name: 'Restart search' }).click();
    await chat.answersOn(page).filter({ hasText: 'search was restarted' }).waitFor();
    assert.deepEqual(runs().at(-1).tools, ['restart_service']);
  });

  it('a member is not offered the operations agent', async () => {
    page = await pageOf(stage, 'bob');
    await page.locator('[data-testid="agent-operations"]:disabled').waitFor();
    assert.ok(await chat.byId(page, 'agent-research').isEnabled());
    assert.match(await ask(page, 'Who am I?', 'You are bob'), /your role is member/);
  });

  it('the research agent is read while it still writes', async () => {
    page = await pageOf(stage, 'bob');
    await chat.byId(page, 'agent-research').click();
    await chat.send(page, 'What happens?');
    const answer = chat.answersOn(page).last();
    await answer.filter({ hasText: 'One credential' }).waitFor();
    const early = await answer.innerText();
    assert.doesNotMatch(early, /nothing happens: the gate knows the keys already/);
    await answer.filter({ hasText: 'nothing happens: the gate knows the keys already' }).waitFor();
    assert.ok((await answer.innerText()).length > early.length);
    await picture(page, 'research');
  });
});
