// Microsoft Agent Framework for .NET: once with the user's token, once with the gate's assertion and no token at all.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { it } from 'node:test';
import { HttpAgent } from '@ag-ui/client';
import { which } from '../../scripts/lib/run.mjs';
import { turn } from '../support/dialects.mjs';
import { prove } from './support/prove.mjs';

const backend =
  (env = {}) =>
  ({ port }) => ({
    command: [
      which('dotnet'),
      'run',
      '-c',
      'Release',
      '--no-launch-profile',
      '--',
      '--urls',
      `http://127.0.0.1:${port}`,
    ],
    ready: /Application started/,
    env,
  });
const agents = (url) => ({ default: new HttpAgent({ url: `${url}/` }) });

// The example takes the user's token where it is told of no gate.
prove('microsoft-agent-framework-dotnet', { agents, backend: backend({ GATE_URL: undefined }) });

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

prove('microsoft-agent-framework-dotnet', {
  agents,
  heard: null,
  backend: backend(),
  title: 'microsoft-agent-framework-dotnet, by the assertion of the gate',
  vars: { ASSERTION_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })), FORWARD_AUTHORIZATION: 'strip' },
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
