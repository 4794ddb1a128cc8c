// Tools of another service, which lets nobody in without the user's token: over HTTP and MCP for an agent of a V2 runtime, and as
// actions of a V1 runtime, which read the token from the properties.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { newNode } from '../../scripts/lib/npm.mjs';
import { freeUrl } from '../support/port.mjs';
import { prove } from './support/prove.mjs';
import { runtime } from './support/runtime.mjs';

const REPORTS_URL = await freeUrl();

/** The service and, before it, a runtime. */
const started = (file) => (how) => {
  const { env, ...started } = runtime(file)(how);
  const reports = { REPORTS_URL, REPORTS_PORT: new URL(REPORTS_URL).port };
  return {
    ...started,
    beside: [{ command: [newNode(), 'reports.mjs'], ready: /^Reports/ }],
    env: { ...env, ...reports },
  };
};

/** What the service answers to those who come without what the gate has verified. */
function refuses(stage) {
  it('the service answers 401 without a token, with a bad one and with that of somebody else', async () => {
    const { tokens } = stage();
    const ask = async (path, headers) => {
      const body = path === '/mcp' ? { jsonrpc: '2.0', id: 1, method: 'tools/list' } : { title: 'Q3' };
      const type = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      const request = { method: 'POST', headers: { ...type, ...headers }, body: JSON.stringify(body) };
      return (await fetch(REPORTS_URL + path, request)).status;
    };
    for (const path of ['/publish', '/mcp']) {
      assert.equal(await ask(path, { 'x-user-id': 'alice' }), 401);
      assert.equal(await ask(path, { 'x-user-id': 'alice', authorization: 'Bearer e30.e30.e30' }), 401);
      assert.equal(await ask(path, { 'x-user-id': 'alice', authorization: `Bearer ${tokens.bob}` }), 401);
      assert.equal(await ask(path, { 'x-user-id': 'alice', authorization: `Bearer ${tokens.alice}` }), 200);
    }
  });
}

/** As for the built-in agent: these are such agents. */
const usual = {
  heard: { refusal: ['vendor'], outage: ['address'] },
};

prove('tools', { ...usual, title: 'tools, over HTTP', backend: started('server.mjs'), more: refuses });

prove('tools', { ...usual, title: 'tools, over MCP', backend: started('mcp.mjs') });

/** What an app has that lets its users add MCP servers. */
const CLIENT = `createMCPClient: async ({ endpoint }) => {
    await fetch(endpoint);
    return { tools: async () => ({}) };
  },
  actions:`;

prove('tools', {
  ...usual,
  title: 'tools, as actions of a V1 runtime',
  backend: (how) => ({ ...started('v1.mjs')(how), changes: { 'v1.mjs': (text) => text.replace('actions:', CLIENT) } }),
  mode: 'single-route',
  vars: { IDENTITY_BODY: { '/forwardedProps/authorization': '$token', '/forwardedProps/user_id': 'sub' } },
  keepsToken: true,
  more(stage) {
    it('an MCP server that a browser names is called only on the runtime alone', async () => {
      const { bare, chat, listener } = stage();
      await chat('bob', { at: bare }).say('Hello', { forwardedProps: { mcpServers: [{ endpoint: listener.url }] } });
      assert.equal(listener.calls.length, 1);
    });
  },
});
