// A library that makes tokens in one's own server: its program prints them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { issuerHomeOf, issuerOf } from '../../../scripts/lib/providers.mjs';

export const PAGE = 'docs/providers/own-library.md';

/** A secret as people write it: text, of the length that HS256 asks for. */
export const newSecret = () => randomBytes(32).toString('hex');

/** Runs a program of an issuer; resolves to its tokens, by name. */
export async function issue(name, { program = 'issue.py', env = {}, args = [] } = {}) {
  const child = spawn(join(issuerHomeOf(name), 'bin/python'), [program, ...args], {
    cwd: issuerOf(name),
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [printed, complaint] = ['', ''];
  child.stdout.on('data', (bytes) => (printed += bytes));
  child.stderr.on('data', (bytes) => (complaint += bytes));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  assert.equal(code, 0, complaint);
  return JSON.parse(printed);
}
