// Mastra, in the runtime's own process: it makes its agents for each request, with the user of the gate's identity headers.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { prove } from './support/prove.mjs';
import { resume } from './support/resume.mjs';
import { runtime } from './support/runtime.mjs';
import { setStage } from './support/stage.mjs';

prove('mastra', {
  backend: runtime(),
  vars: { FORWARD_AUTHORIZATION: 'strip' },
  believed: [['in headers']],
  pretence: ['in headers'],
  question: { ...resume, answer: (chat, _, ...more) => resume.answer(chat, { approved: true }, ...more) },
  more(stage) {
    it('the vendor of the model hears nothing of the user', () => {
      assert.ok(!/x-user-|x-gate-/.test(stage().model.heard));
    });

    const changes = { 'server.mjs': (text) => text.replace(/forwardHeaders: .*/, '') };
    /** What happens without the example's `forwardHeaders`. */
    const openly = async (vars, look) => {
      const open = await setStage('mastra', { backend: (how) => ({ ...runtime()(how), changes }), vars });
      try {
        look(open, await open.chat('alice').say('Hello'));
      } finally {
        await open.close();
      }
    };

    it('without forwardHeaders it hears who that is', () =>
      openly({ FORWARD_AUTHORIZATION: 'strip' }, ({ model }) => assert.match(model.heard, /"x-user-id":"alice"/)));

    it("without that and FORWARD_AUTHORIZATION it is sent the user's token instead of the key, and refuses it", () =>
      openly({}, (_, { text }) => assert.ok(text.includes('Invalid API key'), text)));
  },
});
