// What a page of CopilotKit's own client says beside the messages: its properties, and the word that lets an agent go on.
// An agent gets what it needs of that, and nothing by which a browser would steer the backend.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Asker, promptAgent } from '../support/agents.mjs';
import * as chat from './support/chat.mjs';
import { newPage, setStage } from './support/stage.mjs';

const WAYS = {
  'REST before a multi-route runtime': { mode: 'multi-route', useSingleEndpoint: false },
  'envelopes before a multi-route runtime': { mode: 'multi-route', useSingleEndpoint: true },
  'REST before a single-route runtime': { mode: 'single-route', useSingleEndpoint: false },
};
const EVIL = 'https://evil.example/hook';
/** Members that LangGraph's adapter hands into the run that it creates, and an app's own. */
const STEERING = {
  webhook: EVIL,
  metadata: { owner: EVIL },
  interruptBefore: ['*'],
  assistantId: EVIL,
  config: {
    metadata: { owner: EVIL },
    configurable: { langgraph_auth_user: EVIL, model: 'small' },
    recursion_limit: 9,
  },
};
const OWN = { theme: 'dark', locale: 'de', filters: { year: 2026 } };
/** What the gate lets on of them, by name and by path. */
const PROPERTIES = ['theme', 'locale', 'filters', 'config.recursion_limit', 'config.configurable.model'];
const KEPT = { ...OWN, config: { configurable: { model: 'small' }, recursion_limit: 9 } };

for (const [way, { mode, useSingleEndpoint }] of Object.entries(WAYS)) {
  describe(way, () => {
    let stage, page;
    before(async () => (stage = await setStage({ mode, vars: { PROPERTIES }, agent: (onRun) => new Asker(onRun) })));
    after(() => stage?.close());
    beforeEach(async () => {
      await page?.context().close();
      page = await newPage(stage);
      const token = stage.idp.token({ sub: 'alice' });
      const properties = { ...OWN, ...STEERING };
      await page.goto(stage.site.address({ token, useSingleEndpoint, properties, withApproval: true }));
      await chat.byId(page, 'auth-sign-in-button').click();
      stage.ran.splice(0);
    });

    /** The body of the run that the page sends meanwhile. */
    async function sentBy(act) {
      const isRun = (request) => request.url().endsWith('/run') || request.postDataJSON()?.method === 'agent/run';
      const [request] = await Promise.all([page.waitForRequest(isRun), act()]);
      return request.postData();
    }

    it('properties that steer do not reach the agent, those of the app do', async () => {
      const sent = await sentBy(() => chat.send(page, 'Hello'));
      for (const name of Object.keys(STEERING)) assert.ok(sent.includes(`"${name}"`), `the page sent ${name}`);
      await chat.shown(page, 'approve');
      const [{ input }] = stage.ran;
      assert.deepEqual(input.forwardedProps, KEPT);
    });

    for (const how of ['event', 'outcome']) {
      it(`who sits there lets an agent go on that asks by ${how}`, async () => {
        const words = `Do it, by ${how}`;
        await chat.send(page, words);
        await chat.shown(page, 'approve');
        const sent = await sentBy(() => chat.byId(page, 'approve').click());
        assert.ok(sent.includes('approved'), sent);
        await chat
          .answersOn(page)
          .filter({ hasText: `You said: ${words}` })
          .waitFor();
        await chat.gone(page, 'approve');
        assert.equal(stage.ran.length, 2);
        const { forwardedProps, resume } = stage.ran[1].input;
        if (how === 'event') {
          const command = { resume: { approved: true }, interruptEvent: Asker.QUESTION };
          assert.deepEqual(forwardedProps, { ...KEPT, command });
        } else {
          assert.deepEqual(
            resume.map(({ status, payload }) => [status, payload]),
            [['resolved', { approved: true }]],
          );
          assert.deepEqual(forwardedProps, KEPT);
        }
        await chat.assertNoProblem(page);
      });
    }
  });
}

describe('PROPERTIES', () => {
  let stage;
  before(async () => (stage = await setStage({ vars: { PROPERTIES: ['theme', 'webhook'] }, agent: promptAgent })));
  after(() => stage?.close());

  it('says what goes on instead, a name in full whatever it does', async () => {
    const page = await newPage(stage);
    const token = stage.idp.token({ sub: 'alice' });
    await page.goto(stage.site.address({ token, properties: { ...OWN, ...STEERING } }));
    await chat.byId(page, 'auth-sign-in-button').click();
    await chat.ask(page, 'Hello');
    assert.deepEqual(stage.ran[0].input.forwardedProps, { theme: 'dark', webhook: EVIL });
    await page.context().close();
  });
});
