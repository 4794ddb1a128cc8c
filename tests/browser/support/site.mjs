// An app's web server: the page and, where it is told a gate, that gate below the same origin, as a Worker route on the
// app's host puts it.

import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { basename, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { listen } from '../../../demo/listen.mjs';
import { BASE } from '../../support/client.mjs';

const TYPES = { '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8' };
const HTML = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>An app</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/main.css"></head>
<body><div id="root"></div><script type="module" src="/main.js"></script></body></html>`;

/**
 * Serves the files of `folder` at an origin of its own on `host`: `localhost` and `127.0.0.1` are different sites.
 * `calls` lists what went on to `gate`, and what it answered. `routes` (path → function that gives `{status, body}`) are
 * the app's own.
 */
export async function startSite({ folder, gate, host = 'localhost', routes = {} }) {
  const calls = [];
  const waiting = [];
  let ends = [];
  const note = (call) => {
    calls.push(call);
    for (const resolve of waiting.splice(0)) resolve(call);
  };
  const ended = (call) => {
    const due = ends.filter(({ pick }) => pick(call));
    ends = ends.filter((end) => !due.includes(end));
    for (const { resolve } of due) resolve(call);
  };
  const { port, close } = await listen(0, (request, response) => {
    const isForGate = gate && request.url.startsWith(BASE);
    const answer = isForGate ? passOn(request, response, gate, { note, ended }) : serve(request, response);
    answer.catch(() => response.destroy()); // either side may leave at any time
  });
  const url = `http://${host}:${port}`;
  return {
    url,
    calls,
    close,
    /** The address of the page, made up as `settings` say. */
    address: (settings) => `${url}/#${encodeURIComponent(JSON.stringify(settings))}`,
    /** The first call since `calls` was emptied. */
    firstCall: async () => calls[0] ?? new Promise((resolve) => waiting.push(resolve)),
    /** The next call that `pick` takes, once its whole answer has been sent to the page. Ask before what causes it. */
    answered: (pick) => new Promise((resolve) => ends.push({ pick, resolve })),
  };

  async function serve({ url: path }, response) {
    if (Object.hasOwn(routes, path)) {
      const { status = 200, body = {} } = routes[path]();
      return void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }
    const type = TYPES[extname(path)];
    const headers = { 'content-type': type ?? 'text/html; charset=utf-8', 'cache-control': 'no-cache' };
    response.writeHead(200, headers);
    // Nothing but the bundle's own files, which all lie in one folder.
    response.end(path === '/blank' ? '' : type ? await readFile(join(folder, basename(path))) : HTML);
  }
}

/** Sends a request on as it is, its `Host` too, and the answer back as a stream. */
async function passOn(request, response, gate, { note, ended }) {
  const { method, url: path, headers } = request;
  const onward = httpRequest({ host: gate.url.hostname, port: gate.url.port, method, path, headers });
  response.on('close', () => onward.destroy());
  const answered = new Promise((resolve, reject) => onward.on('response', resolve).on('error', reject));
  request.pipe(onward);
  const answer = await answered;
  const call = { method, path, headers, status: answer.statusCode };
  note(call);
  response.writeHead(answer.statusCode, answer.rawHeaders);
  response.flushHeaders();
  await pipeline(answer, response);
  ended(call);
}
