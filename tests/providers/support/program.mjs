// A program of an issuer, started and ended with its test.

import { startOnLeash } from '../../../demo/on-leash.mjs';

/** Longest wait for a program: the first start of a Java server on a busy machine. */
const PATIENCE_MS = 180_000;

/** Starts a program in the folder `cwd`; it is up when a line that it prints matches `ready`. */
export async function startProgram([program, ...args], { ready, cwd, env = {} }) {
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...own } = process.env;
  const lines = [];
  const { promise, resolve, reject } = Promise.withResolvers();
  const { exited, close } = startOnLeash(program, args, {
    cwd,
    env: { ...own, NO_COLOR: '1', PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1', ...env },
    onLine(line) {
      lines.push(line);
      if (ready.test(line)) resolve();
    },
  });
  const complain = (what) => reject(new Error(`${program} ${what}:\n${lines.join('\n')}`));
  const impatience = setTimeout(() => complain('is not up'), PATIENCE_MS);
  exited.then(() => complain('ended'));
  try {
    await promise.finally(() => clearTimeout(impatience));
  } catch (error) {
    await close();
    throw error;
  }
  return { lines, close };
}
