// Writes a key for the gate on this machine into .dev.vars, unless one is there. It may not be committed.

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const line = `THREAD_KEY='${randomBytes(32).toString('base64url')}'\n`;
try {
  writeFileSync(new URL('../.dev.vars', import.meta.url), line, { flag: 'wx', mode: 0o600 });
  console.log('wrote .dev.vars');
} catch (error) {
  if (error.code !== 'EEXIST') throw error;
}
