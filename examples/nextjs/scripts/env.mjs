// Writes the settings of this machine, with keys of its own, unless they are there: .env.local for the app, .dev.vars for
// the gate. Neither may be committed, and neither process gets the keys of the other.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const newSecret = () => randomBytes(32).toString('base64url');
const newSigningKey = () =>
  JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }));

write('.env.local', {
  NEXTAUTH_URL: 'http://localhost:3000',
  NEXTAUTH_SECRET: newSecret(),
  SESSION_KEY: newSigningKey(),
  ORIGIN_URL: 'http://localhost:3001/api/copilotkit',
});
write('.dev.vars', { THREAD_KEY: newSecret(), ASSERTION_KEY: newSigningKey() });

function write(file, settings) {
  const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
  try {
    writeFileSync(new URL(`../${file}`, import.meta.url), lines.join(''), { flag: 'wx', mode: 0o600 });
    console.log(`wrote ${file}`);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}
