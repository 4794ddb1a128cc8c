// @ts-check
// The package as users get it: packed, and installed beside wrangler in a folder of its own.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { TOOLS, inRoot } from './paths.mjs';
import { run } from './run.mjs';
import { say } from './say.mjs';

const FOLDER = join(TOOLS, 'packed');

/** Packs and installs; `GATE_PACKAGE` is the packed file, `GATE_INSTALLED` the folder that has it in node_modules. */
export async function ensurePacked() {
  const { version, devDependencies } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
  const file = join(FOLDER, `copilotkit-gate-${version}.tgz`);
  const installed = join(FOLDER, 'installed');
  await mkdir(FOLDER, { recursive: true });
  await run('npm', ['pack', '--loglevel=error', '--pack-destination', FOLDER], { stdio: ['ignore', 2, 2] });
  const digest = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  await withLock('packed', async () => {
    const stamp = join(installed, '.digest');
    if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return;
    say('installing the packed package into .tools/');
    await rm(installed, { recursive: true, force: true });
    await mkdir(installed);
    await writeFile(join(installed, 'package.json'), '{"private":true}\n');
    const wrangler = `wrangler@${devDependencies.wrangler}`;
    const options = ['--ignore-scripts', '--prefer-offline', '--no-package-lock', '--loglevel=error'];
    await run('npm', ['install', ...options, file, wrangler], { cwd: installed, stdio: ['ignore', 2, 2] });
    await writeFile(stamp, digest);
  });
  return { GATE_PACKAGE: file, GATE_INSTALLED: installed };
}
