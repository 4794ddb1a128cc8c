// A copy of the folder of a verifier, for what a test adds to it.

import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceOf, verifierHomeOf } from '../../../scripts/lib/verifiers.mjs';

/** Below the packages of `folder`, so that a program of Node.js finds them; `files` are names and texts. */
export function copyOf(folder, files = {}) {
  mkdirSync(verifierHomeOf(folder), { recursive: true });
  const copy = mkdtempSync(join(verifierHomeOf(folder), 'run-'));
  cpSync(sourceOf(folder), copy, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(copy, name), text);
  return copy;
}
