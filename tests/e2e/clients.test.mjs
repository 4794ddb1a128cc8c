// Both versions of AG-UI's client, at the page and in the runtime: what they send gets through, and what they are told is right.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CLIENTS, Chat } from '../backends/support/chat.mjs';
import { MODES } from '../support/dialects.mjs';
import { startBackend } from './support/backend.mjs';
import { startCast } from './support/cast.mjs';

/** Names of the runtime's agents: what asks the backend in each is the client of this version. */
const AGENTS = { default: '0.0.59', newest: '1.0.0' };

let backend, cast;
before(async () => {
  backend = await startBackend();
  const agentOf = ([name, version]) => [name, new CLIENTS[version]({ url: backend.url })];
  cast = await startCast({ agents: Object.fromEntries(Object.entries(AGENTS).map(agentOf)) });
});
after(async () => {
  await cast?.close();
  await backend?.close();
});

for (const client of Object.keys(CLIENTS)) {
  for (const mode of MODES) {
    describe(`client ${client}, ${mode}`, () => {
      const chat = (token, agentId) => new Chat(Object.assign(cast.gates[mode], { mode }), { token, client, agentId });

      for (const [agentId, version] of Object.entries(AGENTS)) {
        it(`is answered by an agent that is client ${version}`, async () => {
          const { said, error } = await chat(cast.idp.token({ sub: 'alice' }), agentId).say('Hello');
          assert.equal(error, undefined);
          assert.equal(said, 'You said: Hello');
          assert.equal(backend.heard.at(-1).headers['x-user-id'], 'alice');
        });
      }

      const REFUSED = { 'no Authorization': undefined, 'an empty Authorization': '' };
      for (const [what, token] of Object.entries(REFUSED)) {
        it(`is told that ${what} is no token`, async () => {
          const before = backend.heard.length;
          const { error } = await chat(token).say('Hello');
          assert.equal(error.status, 401);
          assert.equal(error.payload.code, 'missing_token');
          assert.equal(backend.heard.length, before);
        });
      }
    });
  }
}
