// An issuer that is a server: `server.mjs` of its folder, run by Node beside the packages that its lock file pins, or
// `server.py`, run by the Python of its virtual environment.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { issuerHomeOf, issuerOf } from '../../../scripts/lib/providers.mjs';
import { startProgram } from './program.mjs';

const LISTENS = /^listening on (\S+)$/;

/** Starts an issuer; `url` is where it listens, and `rotate` has it sign with a new key from now on. */
export async function startServer(name, env = {}) {
  const { command, cwd } = await programOf(name);
  const { lines, close } = await startProgram(command, { cwd, ready: LISTENS, env });
  const [, url] = lines.map((line) => LISTENS.exec(line)).find(Boolean);
  const rotate = async () => assert.equal((await fetch(`${url}/rotate`, { method: 'POST' })).status, 204);
  return { url, close, rotate };
}

/** How an issuer is started, and in which folder. */
async function programOf(name) {
  const [from, home] = [issuerOf(name), issuerHomeOf(name)];
  if (existsSync(join(from, 'server.py'))) return { command: [join(home, 'bin/python'), 'server.py'], cwd: from };
  await cp(join(from, 'server.mjs'), join(home, 'server.mjs'));
  return { command: [process.execPath, 'server.mjs'], cwd: home };
}

/** The cookies that an answer sets, as a client sends them back. */
export const cookiesOf = (answer) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
