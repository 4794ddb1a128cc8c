// Microsoft Agent Framework for Python: once with the token verified at the endpoint, once with the gate's assertion and no
// token at all. It binds approvals to the user that it is told.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { it } from 'node:test';
import { HttpAgent } from '@ag-ui/client';
import { turn } from '../support/dialects.mjs';
import { EVERYWHERE } from './support/lies.mjs';
import { prove } from './support/prove.mjs';
import { resume } from './support/resume.mjs';
import { uvicorn } from './support/uvicorn.mjs';

const usual = {
  agents: (url) => ({ default: new HttpAgent({ url: `${url}/` }) }),
  instructed: EVERYWHERE,
  owner: true,
  question: { ...resume, answer: (chat, _, ...more) => resume.answer(chat, { accepted: true }, ...more) },
};

prove('microsoft-agent-framework', { ...usual, backend: uvicorn('main:app') });

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ASSERTION_KEY = JSON.stringify(privateKey.export({ format: 'jwk' }));

prove('microsoft-agent-framework', {
  ...usual,
  title: 'microsoft-agent-framework, by the assertion of the gate',
  backend: uvicorn('by_assertion:app'),
  instructed: null,
  heard: null,
  fetches: null,
  vars: { ASSERTION_KEY, FORWARD_AUTHORIZATION: 'strip' },
  more(stage) {
    it('whatever the gate has not signed is refused, a good token included', async () => {
      const { tokens, url } = stage();
      const ask = async (headers) => {
        const body = JSON.stringify(turn({ threadId: 'thread-1', says: 'Hello' }));
        const type = { 'content-type': 'application/json' };
        return (await fetch(url, { method: 'POST', headers: { ...type, ...headers }, body })).status;
      };
      for (const headers of [
        {},
        { authorization: `Bearer ${tokens.alice}` },
        { 'x-gate-assertion': tokens.alice },
        { 'x-user-id': 'alice', 'x-user-role': 'admin' },
      ]) {
        assert.equal(await ask(headers), 401, JSON.stringify(headers));
      }
    });
  },
});
