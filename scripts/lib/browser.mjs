// @ts-check
// A Chromium for the browser tests. Nothing else calls this.

import { existsSync } from 'node:fs';
import { run, which } from './run.mjs';
import { Failure, say } from './say.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const MAC_APPS = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
  (app) => `/Applications/${app}.app/Contents/MacOS/${app}`,
);

/** Path of a Chromium, installed first where that can be done without asking. */
export async function ensureChromium() {
  const chosen = process.env.CHROME_PATH;
  if (chosen) {
    if (!existsSync(chosen)) throw new Failure(`CHROME_PATH names ${chosen}, which does not exist`);
    return chosen;
  }
  const found = findBrowser();
  if (found) return found;
  if (process.getuid?.() !== 0 || !which('apt-get')) {
    throw new Failure('please install Chromium or Chrome (Debian: apt-get install chromium), or set CHROME_PATH');
  }
  say('installing Chromium with apt-get');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
  const installed = findBrowser();
  if (!installed) throw new Failure('apt-get installed chromium, but PATH has none: please set CHROME_PATH');
  return installed;
}

const findBrowser = () => which(...NAMES) ?? MAC_APPS.find((path) => existsSync(path));
