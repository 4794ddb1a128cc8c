// @ts-check
// Reading secrets: from standard input, or from a prompt that does not show them.

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/**
 * The whole of standard input, or one line typed at a prompt without echo.
 *
 * @param {string} prompt
 */
export async function readSecretly(prompt) {
  if (!process.stdin.isTTY) return readAll();
  process.stderr.write(prompt);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const line = await new Promise((resolve) => {
    terminal.once('line', resolve);
    terminal.once('close', () => resolve(''));
  });
  terminal.close();
  process.stderr.write('\n');
  return line;
}

export async function readAll() {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  return text;
}
