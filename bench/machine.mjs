// @ts-check
// What the figures were taken on.

import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, type } from 'node:os';
import { ROOT } from '../scripts/lib/paths.mjs';
import { workerdVersion } from './workerd.mjs';

export function machine() {
  const list = cpus();
  return {
    cpu: list[0]?.model.trim() ?? 'unknown',
    cores: list.length,
    os: `${type()} ${release()}`,
    arch: process.arch,
    node: process.versions.node,
    workerd: workerdVersion(),
    commit: commit(),
  };
}

/** How busy the machine was over the last minute, in cores. */
export const load = () => Number(loadavg()[0].toFixed(2));

function commit() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=12'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined; // not a checkout
  }
}
