// What CopilotKit's own client writes into `forwardedProps` by itself, when a page uses all that it offers: no more than the
// documentation lists, and all of that reaches the agent.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';
import * as chat from './support/chat.mjs';
import { Performer } from './support/performer.mjs';
import { newPage, setStage } from './support/stage.mjs';

const HEADING = '### Members of forwardedProps that pass by default';
/** AG-UI's `RunAgentInput`, as a client sends it. */
const INPUT = 'context forwardedProps messages resume runId state threadId tools'.split(' ');
const PNG = { name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgo=', 'base64') };

const judged = await judgedMembers();

/** Which provider and hooks a page uses, and how it speaks to the gate. */
const CLIENTS = {
  'the provider of today, REST': { settings: {} },
  'the provider of today, envelopes': { settings: { useSingleEndpoint: true } },
  'the provider of V1, REST': { settings: { v1: true } },
};

for (const [name, { settings }] of Object.entries(CLIENTS)) {
  describe(name, () => {
    let stage, page;
    const bodies = [];
    before(async () => {
      stage = await setStage({ agent: (onRun) => new Performer(onRun) });
      page = await newPage(stage);
      page.on('request', (request) => {
        if (request.method() !== 'POST') return;
        const { method, body, ...rest } = request.postDataJSON();
        const input = method ? body : rest;
        if (input?.messages) bodies.push(input);
      });
      const token = stage.idp.token({ sub: 'alice' });
      const threadId = crypto.randomUUID();
      await page.goto(stage.site.address({ features: true, token, threadId, ...settings }));
      await chat.inputOf(page).waitFor();
    });
    after(() => stage?.close());

    /** The bodies that the page sends until `end` is there and the chat rests. */
    async function sentBy(act, end) {
      const from = bodies.length;
      await act();
      await end?.waitFor();
      await page.locator('[data-testid="copilot-chat"][data-copilot-running="false"]').waitFor();
      return bodies.slice(from);
    }
    const asks = (words, press) =>
      sentBy(async () => {
        await chat.send(page, words);
        if (press) await chat.byId(page, press).click();
      }, answerTo(words));
    const answerTo = (words) => chat.answersOn(page).filter({ hasText: `You said: ${words}` });
    /** The run that reached the agent and that `pick` takes. */
    const reached = (pick) => stage.ran.map(({ input }) => input).find(pick);

    it('suggestions', async () => {
      await page.getByText('Go on', { exact: true }).first().waitFor();
      const run = reached(({ tools }) => tools.some(({ name }) => name === 'copilotkitSuggest'));
      assert.equal(run.forwardedProps.toolChoice.function.name, 'copilotkitSuggest');
    });

    it('frontend tools', async () => {
      await asks('Please note');
      assert.ok(reached(({ messages }) => messages.at(-1).content === 'noted'));
    });

    it('a human in the loop', async () => {
      await asks('Please confirm', 'confirm');
      assert.ok(reached(({ messages }) => messages.at(-1).content === '{"confirmed":true}'));
    });

    it('shared state, also predicted', async () => {
      await chat.byId(page, 'state').click();
      await asks('This is my state');
      assert.deepEqual(stage.ran.at(-1).input.state.mood, 'fine');
      await asks('Please predict');
      await asks('What is the state?');
      assert.ok(reached(({ state }) => state.draft === 'Once'));
    });

    it('interrupts, by event and by outcome', async () => {
      await asks('Ask by event', 'approve');
      const { command } = reached(({ forwardedProps }) => forwardedProps.command).forwardedProps;
      assert.deepEqual(Object.keys(command).sort(), ['interruptEvent', 'resume']);
      await asks('Ask by outcome', 'approve');
      assert.ok(reached(({ resume }) => resume?.[0].status === 'resolved'));
    });

    it('A2UI', async () => {
      await asks('Show a surface');
      const clicked = page.waitForRequest((request) => request.postData()?.includes('a2uiAction'));
      await sentBy(async () => {
        await page.getByText('Refresh the weather').click();
        await clicked;
      });
      const run = reached(({ forwardedProps }) => forwardedProps.a2uiAction);
      assert.equal(run.forwardedProps.a2uiAction.userAction.name, 'refresh');
      assert.equal(run.forwardedProps.a2uiCatalogAvailable, true);
    });

    it('MCP apps', async () => {
      const called = page.waitForRequest((request) => request.postData()?.includes('tools/call'));
      await chat.send(page, 'Show an app');
      await (await called).response();
      const methods = stage.ran.map(({ input }) => input.forwardedProps.__proxiedMCPRequest?.method).filter(Boolean);
      assert.deepEqual(methods, ['resources/read', 'tools/call']);
    });

    it('open generative UI', async () => {
      await asks('Show a sandbox');
      await page.locator('iframe').last().waitFor({ state: 'attached' });
      assert.ok(bodies.at(-1).context.some(({ description }) => description.startsWith('Sandbox functions')));
    });

    it('attachments', async () => {
      await page.locator('input[type=file]').setInputFiles(PNG);
      await sentBy(() => chat.send(page, 'Look at this'), page.getByText('Look at this').last());
      assert.ok(bodies.some(({ messages }) => messages.some(({ content }) => content?.[1]?.type === 'image')));
    });

    it('writes no member that is not judged, and all that are', async () => {
      const written = new Set(bodies.flatMap(({ forwardedProps }) => Object.keys(forwardedProps)));
      assert.deepEqual([...written].sort(), judged);
      const members = new Set(bodies.flatMap(Object.keys));
      assert.deepEqual([...members].sort(), INPUT);
      for (const { context } of bodies) {
        for (const item of context) assert.deepEqual(Object.keys(item).sort(), ['description', 'value']);
      }
    });

    it('and all that it wrote reached the agent', async () => {
      const arrived = stage.ran.map(({ input: { runId, forwardedProps } }) => {
        const { injectA2UITool, ...rest } = forwardedProps; // the runtime's own
        return JSON.stringify([runId, rest]);
      });
      const sent = bodies.filter(({ runId }) => arrived.some((run) => run.includes(runId)));
      assert.ok(sent.length > 10);
      for (const { runId, forwardedProps } of sent)
        assert.ok(arrived.includes(JSON.stringify([runId, forwardedProps])));
      await chat.assertNoProblem(page);
    });
  });
}

/** The names in the first column of the documentation's table. */
async function judgedMembers() {
  const page = await readFile(inRoot('docs/origin.md'), 'utf8');
  const [, section] = page.split(`${HEADING}\n`);
  assert.ok(section, `docs/origin.md has the heading "${HEADING}"`);
  const [text] = section.split(/^#/m);
  return [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, member]) => member).sort();
}
