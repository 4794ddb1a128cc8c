// The demo page's web server: the page itself, what was seen of its traffic, and the buttons that break things. The gate is
// at another web origin, as a deployed one may be.

import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { inRoot } from '../scripts/lib/paths.mjs';
import { Failure } from '../scripts/lib/say.mjs';
import { bundle } from './bundle.mjs';
import { pageUrlAt } from './config.mjs';
import { listen } from './listen.mjs';

const FILES = inRoot('demo/page');
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** Paths and their files; everything else is in the bundle. */
const STATIC = {
  '/': `${FILES}/index.html`,
  '/callback': `${FILES}/callback.html`,
  '/icon.svg': `${FILES}/icon.svg`,
  '/inter.woff2': inRoot('node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'),
};
/** An answer may wait for the gate's log, but not for ever. */
const PATIENCE_MS = 10_000;
/** Keeps proxies and browsers from giving up on a quiet stream. */
const HEARTBEAT_MS = 15_000;

/** The page, bundled; see `bundle`. */
export const bundlePage = () =>
  bundle({
    name: 'demo-page',
    entries: ['demo/page/main.jsx', 'demo/page/callback.js', 'demo/page/theme.js'],
    sources: ['demo/page', 'demo/config.mjs', 'demo/users.mjs', 'examples/client', 'cli/reasons.mjs'],
  });

/**
 * Serves the page on `port`. `settings` are what it has to know, `traffic` and `parts` what it shows, and `control` (name →
 * function of the posted JSON) what its buttons do.
 */
export async function startPage({ port, settings, traffic, parts, control }) {
  const folder = await bundlePage();
  const url = pageUrlAt(port);
  const watchers = new Set();
  const tell = (event) => (data) => {
    for (const response of watchers) send(response, event, data);
  };
  traffic.on('decision', tell('decision'));
  traffic.on('arrival', tell('arrival'));
  parts.on('change', tell('parts'));
  const heartbeat = setInterval(() => {
    for (const response of watchers) response.write(':\n\n');
  }, HEARTBEAT_MS);

  const listener = await listen(port, (request, response) => {
    answer(request, response).catch((error) => {
      if (response.headersSent) return response.destroy();
      reply(response, error instanceof Failure ? 409 : 500, { message: error.message });
    });
  });
  const close = async () => {
    clearInterval(heartbeat);
    await listener.close();
  };
  return { ...listener, url, close };

  async function answer(request, response) {
    const { method, headers } = request;
    const { pathname } = new URL(request.url, url);
    // Another name that leads here, whoever has made it up, is not this page.
    if (headers.host !== new URL(url).host) return void response.writeHead(302, { location: url }).end();
    if (method === 'GET') return pathname === '/events' ? watch(response) : serve(pathname, response);
    if (method !== 'POST') return reply(response, 405, { message: 'GET and POST only' });
    // What a button does, no other site's page may do.
    if (headers.origin !== url || !headers['content-type']?.startsWith('application/json')) {
      return reply(response, 403, { message: 'only the page itself may do this' });
    }
    const action = pathname.match(/^\/control\/([a-z-]+)$/)?.[1];
    if (!action || !Object.hasOwn(control, action)) return reply(response, 404, { message: 'there is no such button' });
    reply(response, 200, (await control[action](await json(request), AbortSignal.timeout(PATIENCE_MS))) ?? {});
  }

  async function serve(path, response) {
    if (path === '/settings.json') return reply(response, 200, settings);
    const file = Object.hasOwn(STATIC, path) ? STATIC[path] : join(folder, basename(path));
    const type = TYPES[extname(file)];
    const text = type && (await readFile(file).catch(() => undefined));
    if (!text) return reply(response, 404, { message: 'there is no such file' });
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', ...protection(settings) }).end(text);
  }

  function watch(response) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    watchers.add(response);
    response.on('close', () => watchers.delete(response));
    send(response, 'parts', parts.state);
  }
}

/** What the page may load and reach: its own files, the gate and the provider. */
const protection = ({ gate, issuer }) => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'", // the chat sizes its parts so
    "img-src 'self' data: blob:",
    "font-src 'self'",
    'media-src blob:',
    `connect-src 'self' ${new URL(gate).origin} ${issuer}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
});

const send = (response, event, data) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

function reply(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
