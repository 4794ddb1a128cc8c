// @ts-check
// A failed installation is the machine's fault, and no failure of a test, if the registry cannot be reached at all.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output } from './run.mjs';
import { Failure, say } from './say.mjs';

const PATIENCE_MS = 60_000;
/** Asks for a document that no store keeps, so that the answer comes from the registry. */
const MAVEN = ['org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get', '-Dartifact=junit:junit:LATEST:pom'];

/**
 * Runs `install`. Resolves to undefined, or to the reason why it failed if `reaches` finds that the registry cannot be
 * reached. Any other failure is passed on.
 *
 * @param {() => Promise<void>} install
 * @param {(() => Promise<boolean>) | undefined} reaches
 * @returns {Promise<string | undefined>}
 */
export async function installOrReason(install, reaches) {
  try {
    await install();
  } catch (error) {
    if (!(error instanceof Failure) || !reaches || (await reaches())) throw error;
    say(error.message);
    return 'its packages cannot be reached from here';
  }
}

/** Whether Maven reaches its registry, with an empty store. */
export const reachesMaven = async () =>
  inEmptyFolder((folder) =>
    output('mvn', ['--batch-mode', '--quiet', `-Dmaven.repo.local=${folder}`, ...MAVEN], within(folder)),
  );

/** Whether Go reaches its registry, with an empty store. */
export const reachesGo = () =>
  inEmptyFolder((folder) => output('go', ['list', '-m', 'golang.org/x/mod@latest'], within(folder)));

/** @param {string} cwd */
const within = (cwd) => ({
  cwd,
  timeout: PATIENCE_MS,
  env: { ...process.env, GOMODCACHE: cwd, GOFLAGS: '-modcacherw' },
});

/** @param {(folder: string) => string | undefined} ask */
async function inEmptyFolder(ask) {
  const folder = await mkdtemp(join(tmpdir(), 'gate-reach-'));
  try {
    return ask(folder) !== undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
