// A service behind the runtime that lets nobody in without a token: its one tool, over HTTP and over MCP.

import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';

const { AUDIENCE, ISSUER, JWKS_URL, REPORTS_PORT = 5000 } = process.env;
const keys = createRemoteJWKSet(new URL(JWKS_URL));

/** The user of the token, whom the runtime must have named as well. */
async function verifiedUser({ authorization = '', 'x-user-id': named }) {
  const token = authorization.replace(/^Bearer /, '');
  const rules = { issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256', 'RS256'], requiredClaims: ['exp', 'sub'] };
  const { payload } = await jwtVerify(token, keys, rules);
  if (payload.sub !== named) throw new Error('The token is of somebody else.');
  return { id: payload.sub, role: payload.role ?? 'nobody' };
}

function publish({ id, role }, title) {
  if (role !== 'admin') return `Declined: only an admin may publish, and ${id} is ${role}.`;
  return `Published '${title}' for ${id}, ${role}.`;
}

/** The service as an MCP server, for one request of one user. */
async function answerMcp(user, request, response, body) {
  const server = new McpServer({ name: 'reports', version: '1.0.0' });
  const about = { description: 'Publish a report to the whole company.', inputSchema: { title: z.string() } };
  server.registerTool('publish_report', about, async ({ title }) => {
    return { content: [{ type: 'text', text: publish(user, title) }] };
  });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await server.connect(transport);
  await transport.handleRequest(request, response, body);
}

createServer(async (request, response) => {
  const user = await verifiedUser(request.headers).catch(() => undefined);
  if (!user) return response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
  if (request.method !== 'POST') return response.writeHead(405, { allow: 'POST' }).end();
  const body = JSON.parse(await text(request));
  if (request.url === '/mcp') return answerMcp(user, request, response, body);
  response.end(publish(user, body.title));
}).listen(REPORTS_PORT, '127.0.0.1', () => console.log(`Reports on port ${REPORTS_PORT}`));
