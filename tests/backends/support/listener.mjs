// Somebody who waits to be called: the target of a webhook that a browser asks for.

import { HOST, listen } from '../../../demo/listen.mjs';

/** Longest wait for a call. */
const PATIENCE_MS = 20_000;

/** `call()` resolves to the body of the first call; `calls` lists them all. */
export async function startListener() {
  const calls = [];
  const called = Promise.withResolvers();
  const { port, close } = await listen(0, async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    calls.push(text);
    called.resolve(text);
    response.end();
  });
  const call = () => {
    const impatience = setTimeout(() => called.reject(new Error('nobody has called')), PATIENCE_MS);
    return called.promise.finally(() => clearTimeout(impatience));
  };
  return { url: `http://${HOST}:${port}/`, calls, call, close };
}
