// An issuer that is a program for Node: `server.mjs` of its folder, run beside the packages that its lock file pins.

import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { issuerHomeOf, issuerOf } from '../../../scripts/lib/providers.mjs';
import { startProgram } from './program.mjs';

const LISTENS = /^listening on (\S+)$/;

/** Starts an issuer; `url` is where it listens, and `rotate` has it sign with a new key from now on. */
export async function startServer(name, env = {}) {
  const cwd = issuerHomeOf(name);
  await cp(join(issuerOf(name), 'server.mjs'), join(cwd, 'server.mjs'));
  const { lines, close } = await startProgram([process.execPath, 'server.mjs'], { cwd, ready: LISTENS, env });
  const [, url] = lines.map((line) => LISTENS.exec(line)).find(Boolean);
  const rotate = async () => assert.equal((await fetch(`${url}/rotate`, { method: 'POST' })).status, 204);
  return { url, close, rotate };
}

/** The cookies that an answer sets, as a client sends them back. */
export const cookiesOf = (answer) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
