// Spring AI: once with the user's token, once with the gate's assertion and no token at all.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { it } from 'node:test';
import { HttpAgent } from '@ag-ui/client';
import { homeOf } from '../../scripts/lib/backends.mjs';
import { javaProgram } from '../../scripts/lib/maven.mjs';
import { turn } from '../support/dialects.mjs';
import { prove } from './support/prove.mjs';

const JAR = join(homeOf('spring-ai'), 'target/assistant-1.jar');
const backend =
  (profile) =>
  ({ port }) => ({
    command: [javaProgram('java'), '-jar', JAR, `--server.port=${port}`, '--server.address=127.0.0.1'],
    ready: /Started Application/,
    env: { SPRING_PROFILES_ACTIVE: profile },
  });
const agents = (url) => ({ default: new HttpAgent({ url: `${url}/agent` }) });

const heard = { refusal: ['vendor'] };

prove('spring-ai', { agents, heard, backend: backend('default') });

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

prove('spring-ai', {
  agents,
  heard: null,
  backend: backend('gate'),
  title: 'spring-ai, by the assertion of the gate',
  vars: { ASSERTION_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })), FORWARD_AUTHORIZATION: 'strip' },
  more(stage) {
    it('whatever the gate has not signed is refused, a good token included', async () => {
      const { tokens, url } = stage();
      const ask = async (headers) => {
        const body = JSON.stringify(turn({ threadId: 'thread-1', says: 'Hello' }));
        const type = { 'content-type': 'application/json' };
        return (await fetch(`${url}/agent`, { method: 'POST', headers: { ...type, ...headers }, body })).status;
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
