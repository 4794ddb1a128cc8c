// What a chat shows once a rule's limit is reached, and what counts under it: suggestions run the agent, and a client of
// envelopes sends them as runs.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FakeLimiter } from '../support/fakes.mjs';
import * as chat from './support/chat.mjs';
import { Performer } from './support/performer.mjs';
import { newPage, setStage } from './support/stage.mjs';

const limit = { binding: 'RUNS', period: 60 };
const RULES = [{ operations: ['agent/run', 'agent/suggest'], allow: 'authenticated', limit }];
/** What a suggestion is to the gate. */
const CLIENTS = {
  'a client of REST': { settings: {}, operation: 'agent/suggest' },
  'a client of envelopes': { settings: { useSingleEndpoint: true }, operation: 'agent/run' },
};

for (const [name, { settings, operation }] of Object.entries(CLIENTS)) {
  describe(name, () => {
    const limiter = new FakeLimiter();
    let stage, page;
    const suggested = [];
    before(async () => {
      stage = await setStage({ agent: (onRun) => new Performer(onRun), vars: { RULES }, fakes: { RUNS: limiter } });
      page = await newPage(stage);
      page.on('request', (request) => {
        if (isSuggestion(request)) suggested.push(request);
      });
      const token = stage.idp.token({ sub: 'alice' });
      await page.goto(stage.site.address({ features: true, token, threadId: crypto.randomUUID(), ...settings }));
      await chat.inputOf(page).waitFor();
    });
    after(() => stage?.close());

    const goOn = () => page.getByText('Go on', { exact: true }).first();

    it('asks for suggestions by itself, again after a message, and each of them counts', async () => {
      await goOn().waitFor();
      const onLoad = suggested.length;
      assert.ok(onLoad > 0);
      const again = page.waitForRequest(isSuggestion);
      await chat.ask(page, 'One');
      await (await again).response();
      assert.ok(suggested.length > onLoad);
      const lines = stage.gate.log.decisions.filter((line) => line.operation === operation && line.outcome === 'allow');
      assert.ok(lines.length > onLoad && limiter.keys.length >= lines.length, 'the limit counts all of them');
    });

    it('over the limit, it shows nothing of a suggestion', async () => {
      limiter.admits(0);
      const refused = page.waitForResponse((response) => response.status() === 429);
      const warned = page.waitForEvent('console', { predicate: isWarning });
      await page.reload();
      assert.ok(isSuggestion((await refused).request()));
      await warned;
      await chat.inputOf(page).waitFor();
      assert.equal(await goOn().count(), 0);
      const told = (await chat.problems(page)).filter(({ message }) => message?.includes('429'));
      assert.deepEqual(told, [], 'onError does not hear of it');
    });

    it('over the limit, a message is in the chat without an answer, and onError gets the refusal', async () => {
      await chat.send(page, 'Two');
      const { message } = await chat.problem(page, 'agent_run_failed');
      assert.match(message, /^HTTP 429: .*"error":"rate_limited"/);
      await page.getByText('Two', { exact: true }).waitFor();
      assert.equal(await chat.answersOn(page).filter({ hasText: 'You said: Two' }).count(), 0);
      assert.equal(await page.getByText('rate_limited').count(), 0, 'and without an error');
    });
  });
}

const isSuggestion = (request) => Boolean(request.postData()?.includes('copilotkitSuggest'));
const isWarning = (message) => message.text().startsWith('Error generating suggestions');
