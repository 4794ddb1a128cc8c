// Mastra, in the runtime's own process: it makes its agents for each request, with the user of the gate's identity headers.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isHeardWithout } from './support/hearing.mjs';
import { prove } from './support/prove.mjs';
import { resume } from './support/resume.mjs';
import { named, runtime } from './support/runtime.mjs';
import { setStage } from './support/stage.mjs';

const question = { ...resume, answer: (chat, _, ...more) => resume.answer(chat, { approved: true }, ...more) };

prove('mastra', {
  backend: runtime(),
  vars: { FORWARD_AUTHORIZATION: 'strip' },
  believed: [['in headers']],
  pretence: ['in headers'],
  fetches: true,
  heard: { refusal: ['vendor'], outage: ['address'] },
  question,
  more() {
    isHeardWithout(named('server.mjs'), 'mastra', { backend: runtime(), vars: { FORWARD_AUTHORIZATION: 'strip' } });

    /** What happens where a part of the example is left out. */
    const without = async (part, vars, look) => {
      const changes = { 'server.mjs': (text) => text.replace(part, '') };
      const open = await setStage('mastra', { backend: (how) => ({ ...runtime()(how), changes }), vars });
      try {
        await look(open);
      } finally {
        await open.close();
      }
    };
    const FORWARD = /forwardHeaders: .*/;

    it('without forwardHeaders it hears who that is', () =>
      without(FORWARD, { FORWARD_AUTHORIZATION: 'strip' }, async ({ chat, model }) => {
        await chat('alice').say('Hello');
        assert.match(model.heard, /"x-user-id":"alice"/);
      }));

    it('without headers of the model that replace its own it hears ids of user and thread', () =>
      without('defaultOptions: { modelSettings: { headers } },', { FORWARD_AUTHORIZATION: 'strip' }, async (open) => {
        const { threadId } = await open.chat('alice').say('Hello');
        assert.ok(open.model.heard.includes('"x-resource-id":"alice"'), open.model.heard);
        assert.ok(open.model.heard.includes(`"x-thread-id":"${threadId}"`), open.model.heard);
      }));

    it("without that and FORWARD_AUTHORIZATION it is sent the user's token instead of the key, and refuses it", () =>
      without(FORWARD, {}, async ({ chat }) => {
        const { text } = await chat('alice').say('Hello');
        assert.ok(text.includes('Invalid API key'), text);
      }));

    it('without its check the gate alone does not keep somebody who knows the id of a question from answering it', () =>
      without(/if \(run\?\.resourceId.*/, {}, async ({ chat }) => {
        const asked = await chat('alice').say('Publish Q3');
        const { said } = await question.answer(chat('carol'), 'yes', undefined, asked);
        assert.ok(said.includes("Published 'Q3' for alice, admin."), said);
      }));
  },
});
