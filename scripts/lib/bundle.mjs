#!/usr/bin/env node
// @ts-check
// Stands in for esbuild when worker-build bundles: puts our entry in place of its own, then runs the real one.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('entry.js', import.meta.url));
const SHIM = 'shim.js';
const { GATE_ESBUILD } = process.env;

if (!existsSync(SHIM)) {
  console.error(`worker-build no longer bundles from ${SHIM}: update scripts/lib/bundle.mjs`);
  process.exit(1);
}
copyFileSync(ENTRY, SHIM);
const { status } = spawnSync(`${GATE_ESBUILD}`, process.argv.slice(2), { stdio: 'inherit' });
process.exit(status ?? 1);
