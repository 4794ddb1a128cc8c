// @ts-check
// A Python with PyJWT, for the snippet in the documentation: the tests run what readers copy.

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TOOLS } from './paths.mjs';
import { run, which } from './run.mjs';
import { Failure, say } from './say.mjs';

const PACKAGES = ['PyJWT==2.15.1', 'cryptography==50.0.2'];
const FOLDER = join(TOOLS, 'python');
const STAMP = join(FOLDER, `${PACKAGES.join('+')}.installed`);

/** What a test needs to run Python: `PYTHON`, the program, and `PYTHONPATH`, where its packages are. */
export async function ensurePython() {
  const python = which('python3', 'python');
  if (!python)
    throw new Failure('please install Python 3 with pip (Debian: apt-get install python3-pip), then run this again');
  if (!existsSync(STAMP)) {
    say('installing PyJWT into .tools/');
    await run(python, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--target',
      FOLDER,
      '--upgrade',
      ...PACKAGES,
    ]);
    await writeFile(STAMP, '');
  }
  return { PYTHON: python, PYTHONPATH: FOLDER };
}
