// A session that outlives its tokens, on a page made of the examples in examples/client. The gate's clock is the test's,
// and so is the page's where the two agree: an hour passes between two messages, as it does while a laptop sleeps.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { FakeClock } from '../support/fakes.mjs';
import { now } from '../support/token.mjs';
import * as chat from './support/chat.mjs';
import { newPage, setStage } from './support/stage.mjs';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const clock = new FakeClock();
/** Whether the user has a session with the provider, how long its tokens live, and those that it gave. */
let isOpen, life, given;

let stage, page;
before(async () => (stage = await setStage({ fakes: { CLOCK: clock }, routes: session })));
after(() => stage?.close());
beforeEach(async () => {
  await page?.context().close();
  [isOpen, life, given, clock.ahead] = [true, 5 * MINUTE, [], 0];
  page = await newPage(stage);
  await page.goto(stage.site.address({ session: true }));
  await chat.ask(page, 'Before');
  for (const list of [stage.ran, stage.site.calls]) list.splice(0);
});

/** What the app's server offers: a token to who has a session, and a new session to anybody. */
function session(idp) {
  return {
    '/session': () => {
      isOpen = true;
      return {};
    },
    '/session/token/alice': () => give('alice'),
    '/session/token/bob': () => give('bob'),
  };

  function give(sub) {
    if (!isOpen) return { status: 401 };
    const exp = now() + clock.ahead + life;
    const token = idp.token({ sub, jti: `token-${given.length}`, iat: exp - HOUR, exp });
    given.push(token);
    return { body: { token, expiresAt: exp } };
  }
}

/** The calls that would have run the agent. */
const runs = () => stage.site.calls.filter(({ path }) => path.endsWith('/run'));
const bearer = (token) => `Bearer ${token}`;

describe('a token that expires in the middle of a conversation', () => {
  it('is replaced before the next message, which just works', async () => {
    clock.ahead = HOUR;
    await page.clock.setSystemTime(new Date(Date.now() + HOUR * 1000));
    assert.match(await chat.ask(page, 'An hour later'), /x-user-id: alice/);
    assert.deepEqual(
      runs().map(({ status, headers }) => [status, headers.authorization]),
      [[200, bearer(given.at(-1))]],
    );
    assert.deepEqual(await chat.problems(page), []);
    assert.equal(await chat.answersOn(page).count(), 2, 'the conversation goes on where it was');
  });

  it('is replaced when the gate refuses it, and the message is sent once more', async () => {
    clock.ahead = HOUR; // the page's clock stands still
    assert.match(await chat.ask(page, 'An hour later'), /x-user-id: alice/);
    assert.deepEqual(
      runs().map(({ status }) => status),
      [401, 200],
    );
    assert.equal(runs()[1].headers.authorization, bearer(given.at(-1)));
    assert.equal((await chat.problem(page, 'agent_run_failed')).payload.code, 'token_expired');
    assert.equal(stage.ran.length, 1, 'the agent has heard it once');
    assert.equal(await chat.byId(page, 'copilot-user-message').count(), 2, 'and so it stands in the chat');
    assert.equal(await chat.byId(page, 'auth-sign-in-card').count(), 0);
  });

  it('stays replaced when the provider sets its headers again', async () => {
    clock.ahead = HOUR;
    await chat.ask(page, 'An hour later');
    const changes = await page.evaluate(() => window.changes);
    await chat.byId(page, 'other-properties').click();
    await page.waitForFunction((before) => window.changes > before, changes);
    assert.equal(await page.evaluate(() => window.headers().Authorization), bearer(given.at(-1)));
  });

  it('is replaced for an agent, too, that CopilotKit does not list', async () => {
    clock.ahead = HOUR;
    await page.clock.setSystemTime(new Date(Date.now() + HOUR * 1000));
    await page.evaluate(() => window.runClone());
    assert.deepEqual(
      runs().map(({ status }) => status),
      [200],
    );
  });
});

describe('a session that has ended', () => {
  it('makes the page ask the user to sign in again, and then the conversation goes on', async () => {
    [isOpen, clock.ahead] = [false, HOUR];
    await chat.send(page, 'Is anybody there?');
    await chat.shown(page, 'auth-sign-in-card');
    assert.equal(await chat.byId(page, 'auth-refusal').innerText(), 'token_expired');
    assert.equal(stage.ran.length, 0);
    assert.deepEqual(
      runs().map(({ status }) => status),
      [401],
    );

    await chat.byId(page, 'auth-sign-in-button').click();
    await chat.gone(page, 'auth-sign-in-card');
    assert.match(await chat.ask(page, 'Here I am again'), /x-user-id: alice/);
    await page.getByText('You said: Before').waitFor();
  });

  it('is not tried again and again where a new token is refused as well', async () => {
    [life, clock.ahead] = [-5 * MINUTE, HOUR];
    await chat.send(page, 'Is anybody there?');
    await chat.shown(page, 'auth-sign-in-card');
    assert.equal(await chat.byId(page, 'auth-refusal').innerText(), 'token_expired');
    assert.deepEqual(
      runs().map(({ status }) => status),
      [401, 401],
    );
    assert.equal(stage.ran.length, 0);
  });
});

it('another user gets a chat of their own, and nothing is sent with the token of the last one', async () => {
  await chat.byId(page, 'other-user').click();
  assert.match(await chat.ask(page, 'Who am I now?'), /x-user-id: bob/);
  assert.equal(await chat.answersOn(page).count(), 1);
  assert.equal(await page.getByText('You said: Before').count(), 0);
  const sent = new Set(stage.site.calls.map(({ headers }) => headers.authorization));
  assert.deepEqual([...sent], [bearer(given.at(-1))]);
});
