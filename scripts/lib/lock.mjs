// @ts-check
// One set-up or build at a time, across processes.
//
// The lock is a folder, since making one either succeeds or fails, for exactly one process. It names its owner, so
// that a lock whose owner was killed is recognised and taken over instead of blocking for ever.

import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TOOLS } from './paths.mjs';
import { say } from './say.mjs';

const RETRY_MS = 200;
/** A lock folder without an owner this old was left by a process that died between two system calls. */
const OWNERLESS_MS = 10_000;

/**
 * Runs `work` while holding the lock `name`.
 *
 * @template Result
 * @param {string} name
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withLock(name, work) {
  const folder = join(TOOLS, `${name}.lock`);
  await acquire(folder, name);
  // A Ctrl-C ends the process without unwinding; the dead owner is then recognised by the next one.
  try {
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {string} name
 */
async function acquire(folder, name) {
  await mkdir(dirname(folder), { recursive: true });
  for (let told = false; ; ) {
    if (await claim(folder)) return;
    if (await isStale(folder)) {
      await takeOver(folder);
      continue;
    }
    if (!told) say(`waiting for another ${name} to finish`);
    told = true;
    await delay(RETRY_MS);
  }
}

/** @param {string} folder */
async function claim(folder) {
  try {
    await mkdir(folder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(folder, 'owner'), `${identity(process.pid)}`);
  return true;
}

/**
 * Removes a stale lock. Only one process may, and it looks again: else it could remove the next owner's lock.
 *
 * @param {string} folder
 */
async function takeOver(folder) {
  const permission = `${folder}.takeover`;
  try {
    await mkdir(permission);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if ((await age(permission)) > OWNERLESS_MS) await rm(permission, { recursive: true, force: true });
    return delay(RETRY_MS);
  }
  if (await isStale(folder)) await rm(folder, { recursive: true, force: true });
  await rm(permission, { recursive: true, force: true });
}

/** @param {string} folder */
async function isStale(folder) {
  const owner = await readFile(join(folder, 'owner'), 'utf8').catch(() => '');
  if (!owner) return (await age(folder)) > OWNERLESS_MS;
  return identity(Number(owner.split(' ')[0])) !== owner;
}

/**
 * How long ago the folder was changed; 0 when it is gone.
 *
 * @param {string} folder
 */
const age = (folder) =>
  stat(folder).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );

/**
 * Process id and, if the system reports it, start time: ids are reused. Undefined for a dead process.
 *
 * @param {number} pid
 */
function identity(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return undefined;
  }
  return `${pid} ${startTime(pid)}`;
}

/** @param {number} pid */
function startTime(pid) {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22; the second one is a name in brackets that may contain spaces.
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return 'unknown';
  }
}
