// A person's folder, with the packed package in it and nothing of this repository, and no Rust on the PATH.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { which } from '../../../scripts/lib/run.mjs';

/** What a person with Node alone has. */
export function nodeAlone(folder) {
  const bin = join(folder, '.bin-of-node');
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const name of ['npm', 'npx', 'sh', 'bash', 'env', 'cat']) symlinkSync(which(name), join(bin, name));
  const { HOME, TMPDIR, NODE_EXTRA_CA_CERTS, NODE_COMPILE_CACHE } = process.env;
  return {
    HOME,
    ...(TMPDIR && { TMPDIR }),
    ...(NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS }),
    ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }),
    PATH: [join(folder, 'node_modules/.bin'), bin].join(delimiter),
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_SEND_ERROR_REPORTS: 'false',
    WRANGLER_LOG_PATH: join(folder, '.logs'),
    WRANGLER_REGISTRY_PATH: join(folder, '.registry'),
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    NO_COLOR: '1',
  };
}

/** A project; `installed` has the packed package in node_modules, as the suite has put it there. */
export class Project {
  constructor({ installed = process.env.GATE_INSTALLED } = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'gate-project-'));
    if (installed) symlinkSync(join(installed, 'node_modules'), join(this.folder, 'node_modules'));
    this.env = nodeAlone(this.folder);
  }

  /** Runs a command of the package; resolves to `{code, stdout, stderr}`. */
  gate(...args) {
    return this.run('copilotkit-gate', args);
  }

  run(command, args, { input = '', env = {} } = {}) {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, { cwd: this.folder, env: { ...this.env, ...env } });
      const result = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr']) {
        child[name].setEncoding('utf8').on('data', (chunk) => (result[name] += chunk));
      }
      child.stdin.on('error', () => {});
      child.stdin.end(input);
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, ...result }));
    });
  }

  /** Runs a command of the package with this on its standard input. */
  gateWith(input, ...args) {
    return this.run('copilotkit-gate', args, { input });
  }

  read(file) {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  write(file, text) {
    writeFileSync(join(this.folder, file), text);
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** An empty project, removed after `work`. */
export async function inProject(work) {
  const project = new Project();
  try {
    await work(project);
  } finally {
    project.remove();
  }
}

/** Options of `init` for a provider that the tests mint for. */
export const OPTIONS = [
  '--issuer',
  'https://login.acme.dev',
  '--audience',
  'copilotkit',
  '--origin',
  'https://runtime.acme.dev/api/copilotkit',
];
