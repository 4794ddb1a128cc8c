// The demo page's things to try: each is clicked, and what it says is held against what the runtime itself has counted.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import * as chat from './support/chat.mjs';
import { ask, decided, notice, pageOf, picture, setDemo, tryScene } from './support/demo.mjs';

let stage, page;
before(async () => {
  stage = await setDemo();
  page = await pageOf(stage, 'alice');
  // Until everything that the page asks for by itself has arrived.
  await ask(page, 'Who am I?', 'You are alice');
});
after(() => stage?.close());
beforeEach(() => stage.arrived.splice(0));

/** What has reached the runtime, but for the list of conversations, which the page may ask for at any time. */
const heard = () => stage.arrived.filter(({ path }) => !path.includes('/threads?'));

/** Scene → status, the reason in the log, and what it rests on. */
const REFUSED = {
  'no-token': ['401 missing_token', 'missing_token', 'RFC 6750'],
  expired: ['401 token_expired', 'token_expired', 'RFC 7519'],
  audience: ['401 wrong_audience', 'wrong_audience', 'audience'],
  forged: ['401 invalid_token', 'bad_signature', 'RFC 7515'],
  'alg-none': ['401 invalid_token', 'algorithm_not_allowed', 'algorithms'],
  'suffix-route': ['404 not_found', 'unknown_operation', 'rules.md'],
  'member-operations': ['403 rule_denied', 'rule_denied', 'RULES'],
};

describe('what is refused', () => {
  for (const [id, [answer, reason, basis]] of Object.entries(REFUSED)) {
    it(`${id}: ${answer}, and the runtime never hears of it`, async () => {
      const { state, text } = await tryScene(page, id);
      assert.equal(state, 'held', text);
      assert.match(text, /Refused\. The runtime never heard of it\./);
      assert.ok(text.includes(answer), text);
      assert.match(text, /0 requests arrived/);
      assert.deepEqual(heard(), [], 'counted at the runtime, too');

      const row = decided(page, reason);
      await row.waitFor();
      const explanation = await row.getByTestId('explanation').innerText();
      assert.match(explanation, /^Refused: /);
      assert.ok(explanation.includes(basis), explanation);
      assert.match(explanation, /to pass/);
      assert.match(await row.innerText(), /The runtime never heard of it/);
      await picture(page, `scene-${id}`);
    });
  }
});

describe('what is let through without the lie', () => {
  it('a spoofed x-user-id: the runtime hears the name of the token', async () => {
    const { state, text } = await tryScene(page, 'spoofed-header');
    assert.equal(state, 'held', text);
    assert.match(text, /x-user-id: mallory-/);
    assert.deepEqual(
      heard().map(({ headers }) => headers['x-user-id']),
      ['alice'],
    );
    assert.match(await chat.byId(page, 'requests').innerText(), /sent as curl would/);
  });

  it("another user's thread id: the runtime is asked for another thread", async () => {
    const { state, text } = await tryScene(page, 'strangers-thread');
    assert.equal(state, 'held', text);
    const [theirs, ours] = heard();
    assert.equal(theirs.headers['x-user-id'], 'bob');
    assert.equal(ours.headers['x-user-id'], 'alice');
    assert.notEqual(ours.thread, theirs.thread);
    assert.ok(text.includes(theirs.thread), 'it is the id by which the runtime knows that thread');
  });

  it('state.auth_user: the rest of the state arrives', async () => {
    const { state, text } = await tryScene(page, 'auth-user');
    assert.equal(state, 'held', text);
    assert.deepEqual(
      heard().map((arrival) => arrival.state),
      [{ mood: 'fine' }],
    );
  });

  it('a webhook: nothing of it arrives', async () => {
    const { state, text } = await tryScene(page, 'webhook');
    assert.equal(state, 'held', text);
    assert.deepEqual(
      heard().map(({ forwardedProps }) => forwardedProps),
      [{}],
    );
    await picture(page, 'scene-webhook');
  });

  it("the agent's instructions: the user's message arrives alone, and answer, log and page name what did not", async () => {
    const { state, text } = await tryScene(page, 'instructions');
    assert.equal(state, 'held', text);
    assert.match(text, /x-gate-dropped: messages\.system/);
    assert.match(text, /dropped: messages\.system/);
    assert.match(text, /MESSAGE_ROLES with "system"/);
    assert.deepEqual(
      heard().map(({ roles }) => roles),
      [['user']],
    );
    const row = chat.byId(page, 'request').filter({ hasText: 'agent/run' }).first();
    await row.getByRole('button').click();
    assert.match(await row.innerText(), /taken out\s+messages\.system/);
    await picture(page, 'scene-instructions');
  });

  it('an address of the network: the message arrives without it', async () => {
    const { state, text } = await tryScene(page, 'inner-address');
    assert.equal(state, 'held', text);
    assert.match(text, /x-gate-dropped: messages\.url/);
    assert.match(text, /dropped: messages\.url/);
    assert.match(text, /ATTACHMENT_URLS with its origin/);
    assert.deepEqual(
      heard().map(({ roles }) => roles),
      [['user']],
    );
    await picture(page, 'scene-inner-address');
  });
});

describe('what the page hears', () => {
  it("the agent's instructions: only the runtime itself tells them, and the gate counts what it left out", async () => {
    const { state, text } = await tryScene(page, 'read-instructions');
    assert.equal(state, 'held', text);
    const [, left] = /left_out: (\S+)/.exec(text);
    assert.deepEqual(JSON.parse(left), { RAW: 1 });
    assert.match(text, /the instructions occur 0 times\n/);
    assert.match(text, /the instructions occur 2 times: "You help the users of this demo\./);
    const [throughGate, fromRuntime] = heard();
    assert.deepEqual(
      [throughGate, fromRuntime].map(({ headers }) => headers['x-user-id']),
      ['alice', 'alice'],
    );
    const [, fewer, all] = /came back\n200: (\d+) events[\s\S]*without\n(\d+) events/.exec(text).map(Number);
    assert.equal(fewer, all - 1);
    assert.match(fromRuntime.thread, /^private-/, 'an id that no gate has replaced');
    await picture(page, 'scene-read-instructions');
  });
});

describe('what happens around a chat', () => {
  it('fifty calls in a second: the limit arrives, the rest is refused', async () => {
    const { state, text } = await tryScene(page, 'flood');
    assert.equal(state, 'held', text);
    const [, refused] = /(\d+) times 429/.exec(text);
    assert.ok(refused >= 10, 'what two periods of the limit do not hold');
    assert.equal(heard().length, 50 - refused);
    assert.match(await chat.byId(page, 'flood').innerText(), /50 times/);
    await picture(page, 'scene-flood');
  });

  it('the provider goes down: the chat goes on', async () => {
    const { state, text } = await tryScene(page, 'provider-down');
    assert.equal(state, 'held', text);
    await chat.answersOn(page).filter({ hasText: 'while the provider is down' }).waitFor();
    assert.equal(stage.demo.parts.state.provider, 'up', 'and comes back');
  });

  it('the keys rotate: the chat goes on, with the new key', async () => {
    const { state, text } = await tryScene(page, 'keys-rotate');
    assert.equal(state, 'held', text);
    const [, kid] = /new signing key, (\w+)/.exec(text);
    assert.match(text, new RegExp(`checked with key ${kid}`));
    assert.equal(heard().filter(({ path }) => path.endsWith('/run')).length, 1);
  });

  it('the user is revoked: the next message is refused, and after another sign-in the chat goes on', async () => {
    await page.evaluate(() => {
      window.isSamePage = true;
    });
    const { state, text } = await tryScene(page, 'revoked');
    assert.equal(state, 'held', text);
    assert.match(text, /401 revoked_token/);
    assert.deepEqual(heard(), []);
    await notice(page, 'Your access was withdrawn').waitFor();
    await chat.authenticated(page, false);
    await picture(page, 'scene-revoked');

    await chat.byId(page, 'sign-in-again').click();
    await chat.authenticated(page, true);
    await chat.gone(page, 'auth-demo-error');
    await ask(page, 'And now?', 'You said: And now?');
    assert.ok(await page.evaluate(() => window.isSamePage), 'the page was not loaded again');
    await chat.answersOn(page).filter({ hasText: 'You are alice' }).waitFor();
  });
});
