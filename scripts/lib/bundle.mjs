#!/usr/bin/env node
// Stands in for esbuild when worker-build bundles: puts our entry in place of its own, then runs the real one.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('entry.js', import.meta.url));
const SHIM = 'shim.js';

if (!existsSync(SHIM)) {
  console.error(`worker-build no longer bundles from ${SHIM}: scripts/lib/bundle.mjs must learn what it does now`);
  process.exit(1);
}
copyFileSync(ENTRY, SHIM);
const { status } = spawnSync(process.env.GATE_ESBUILD, process.argv.slice(2), { stdio: 'inherit' });
process.exit(status ?? 1);
