// A verifier of tests/verifiers/, started as its folder's sources say, with its packages below .tools/.

import { rm } from 'node:fs/promises';
import { startOnLeash } from '../../../demo/on-leash.mjs';

/** Longest wait for a program: a JVM imports a lot, and the machine may be busy. */
const PATIENCE_MS = 90_000;

/**
 * Starts `command` in `cwd`; it is up when a line that it prints matches `ready`. `lines` are all that it prints. With
 * `isCopy`, the folder is removed in the end.
 */
export async function startProgram({ command: [program, ...args], cwd, isCopy = false, ready = /^listening$/, env }) {
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...own } = process.env;
  const lines = [];
  const { promise, resolve, reject } = Promise.withResolvers();
  const started = startOnLeash(program, args, {
    cwd,
    env: { ...own, PYTHONDONTWRITEBYTECODE: '1', NO_COLOR: '1', ...env },
    onLine(line) {
      lines.push(line);
      if (ready.test(line)) resolve();
    },
  });
  const complain = (what) => reject(new Error(`${program} ${what}:\n${lines.join('\n')}`));
  const impatience = setTimeout(() => complain('is not up'), PATIENCE_MS);
  started.exited.then(() => complain('ended'));
  const close = async () => {
    await started.close();
    if (isCopy) await rm(cwd, { recursive: true, force: true });
  };
  try {
    await promise;
  } catch (error) {
    await close();
    throw error;
  } finally {
    clearTimeout(impatience);
  }
  return { lines, close };
}
