// Examples of settings as wrangler reads them.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unstable_readConfig as readConfig } from 'wrangler';
import { TOOLS } from '../../../scripts/lib/paths.mjs';

/** The vars and the rate limits of an example, as `startGate` takes them; an environment's own where it has one. */
export async function readExample({ code, page }) {
  await mkdir(TOOLS, { recursive: true });
  const folder = await mkdtemp(join(TOOLS, 'vars-'));
  const config = join(folder, 'wrangler.toml');
  const env = /^\[+env\.(\w+)/m.exec(code)?.[1];
  try {
    await writeFile(config, code);
    const { vars, ratelimits = [] } = readConfig({ config, env }, { hideWarnings: true });
    const limits = ratelimits.map(({ name, simple }) => [name, { type: 'rate-limit', namespace: '1', simple }]);
    return { vars, env: Object.fromEntries(limits) };
  } catch (error) {
    throw new Error(`${page}: ${error.message}\n${code}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}
