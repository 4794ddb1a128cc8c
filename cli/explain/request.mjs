// @ts-check
// The token, files and times that the command is given.

import { Failure } from '../failure.mjs';
import { file } from '../input.mjs';
import { readSecretly } from '../stdin.mjs';

/** @param {string | undefined} argument */
export async function tokenFrom(argument) {
  if (argument !== undefined && argument !== '-') {
    console.error("! a token is a credential: this one is now in your shell's history. Pipe it instead");
  }
  const given = argument === undefined || argument === '-' ? await readSecretly('Token: ') : argument;
  const token = given.trim().replace(/^bearer +/i, '');
  if (token === '') throw new Failure('there is no token on standard input', 2);
  return token;
}

/** @param {string} path */
export function keySetFrom(path) {
  const text = file(path);
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    throw new Failure(`${path} is not JSON: --keys needs a JWK Set`, 2);
  }
}

/** @param {string} text */
export function timeFrom(text) {
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.floor(Date.parse(text) / 1000);
  if (Number.isNaN(seconds))
    throw new Failure(`--at is "${text}", but a time such as 1800000000 or 2026-11-25T12:00:00Z is needed`, 2);
  return seconds;
}

/** @param {string} threadId */
export const emptyInput = (threadId) => ({
  threadId,
  runId: 'run-1',
  state: {},
  messages: [],
  tools: [],
  context: [],
  forwardedProps: {},
});
