// Plays Cloudflare on this machine: one address for the browser, whose /api/copilotkit is the gate's and whose rest is
// the app's. In production the routes in wrangler.toml do this.

import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createProxyServer } from 'httpxy';

const PORT = 3000;
const APP = 'http://127.0.0.1:3001';
const GATE = 'http://127.0.0.1:8787';

const targetOf = ({ url }) => (/^\/api\/copilotkit(?:[/?]|$)/.test(url) ? GATE : APP);

// No connection is kept: the other side could close it in the moment in which it is used again.
const proxy = createProxyServer({ agent: false });
const server = createServer((request, response) => {
  proxy.web(request, response, { target: targetOf(request) }).catch(() => {
    if (response.headersSent) return response.destroy();
    response.writeHead(502, { 'content-type': 'text/plain', 'retry-after': '1' });
    response.end(`${targetOf(request)} does not answer. Is it still starting?\n`);
  });
});
// Next.js tells the page of changed files over a WebSocket.
server.on('upgrade', (request, socket, head) => {
  proxy.ws(request, socket, { target: targetOf(request) }, head).catch(() => socket.destroy());
});
server.on('error', ({ code, message }) => {
  console.error(code === 'EADDRINUSE' ? `Port ${PORT} is in use: free it, then start again.` : message);
  process.exit(1);
});
server.listen(PORT, '127.0.0.1');

for (const url of [APP, `${GATE}/api/copilotkit/.gate/health`]) {
  while (!(await fetch(url).catch(() => undefined))?.ok) await delay(200);
}
console.log(`Ready. Open http://localhost:${PORT}`);
