// @ts-check
// What the verifiers of tests/verifiers/ run on, below .tools/verifiers/: exactly what their lock files pin.

import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce } from './install.mjs';
import { installPythonPackages } from './locked.mjs';
import { buildWithMaven, withoutMaven } from './maven.mjs';
import { TOOLS, inRoot } from './paths.mjs';
import { reachesGo, reachesMaven } from './reach.mjs';
import { output, run, which, withoutNodeBin } from './run.mjs';
import { atLeast, versionIn } from './version.mjs';

/**
 * Folder of the sources of some verifiers.
 *
 * @param {string} folder
 */
export const sourceOf = (folder) => inRoot('tests/verifiers', folder);

/**
 * Folder of what was installed and built for them.
 *
 * @param {string} folder
 */
export const verifierHomeOf = (folder) => join(TOOLS, 'verifiers', folder);

const NODE = { kind: 'node', folder: 'node', lacks: () => undefined, install: installNodePackages };
const PYTHON = { kind: 'python', folder: 'python', lacks: () => undefined, install: installPython };
const GO = { kind: 'go', folder: 'go', lacks: withoutGo, install: buildGo, reaches: reachesGo };
const RUBY = { kind: 'system', folder: 'ruby', lacks: withoutRuby, install: async () => {} };
const HAPROXY = { kind: 'system', folder: 'haproxy', lacks: withoutHaproxy, install: async () => {} };
/** @param {string} module */
const apache = (module) => ({
  kind: 'system',
  folder: 'apache',
  lacks: () => withoutApache(module),
  install: async () => {},
});
/** @param {string} folder */
const jvm = (folder) => ({ kind: 'jvm', folder, lacks: withoutMaven, install: buildJvm, reaches: reachesMaven });

/**
 * Verifier → its kind, the folder of its sources below tests/verifiers/, why it cannot run on this machine, if so, and how it
 * is installed. With `reaches`, it is left out as well if its registry cannot be reached.
 *
 * @type {Record<string, {kind: string, folder: string, lacks: () => string | undefined, install: (folder: string) => Promise<void>,
 *   reaches?: () => Promise<boolean>}>}
 */
export const VERIFIERS = {
  jose: NODE,
  hono: NODE,
  'fast-jwt': NODE,
  'aws-jwt-verify': NODE,
  pyjwt: PYTHON,
  joserfc: PYTHON,
  authlib: PYTHON,
  'go-oidc': GO,
  'golang-jwt': GO,
  'spring-security': jvm('spring-security'),
  'quarkus-oidc': jvm('quarkus-oidc'),
  'ruby-jwt': RUBY,
  haproxy: HAPROXY,
  mod_auth_openidc: apache('mod_auth_openidc'),
  mod_oauth2: apache('mod_oauth2'),
};

/** @param {string} folder */
async function installNodePackages(folder) {
  const files = ['package.json', 'package-lock.json'].map((file) => join(sourceOf(folder), file));
  await installOnce(verifierHomeOf(folder), `the verifiers in ${folder}`, files, async (home) => {
    await mkdir(home, { recursive: true });
    for (const file of files) await cp(file, join(home, file.slice(sourceOf(folder).length)));
    await cp(inRoot('.npmrc'), join(home, '.npmrc'));
    await run('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { cwd: home, env: withoutNodeBin() });
  });
}

/** @param {string} folder */
async function installPython(folder) {
  const lock = join(sourceOf(folder), 'requirements.txt');
  /** @param {string} home */
  const install = (home) => installPythonPackages(home, lock);
  await installOnce(verifierHomeOf(folder), `the verifiers in ${folder}`, [lock], install);
}

/** From this one on, Go fetches the version that go.mod asks for, if it is an older one. */
const LEAST_GO = '1.21';

function withoutGo() {
  const version = versionIn(output('go', ['env', 'GOVERSION']));
  if (!version) return 'there is no Go: please install it';
  return atLeast(version, LEAST_GO) ? undefined : `Go ${LEAST_GO} or newer is needed, and this is ${version}`;
}

/** @param {string} folder */
async function buildGo(folder) {
  const kept = verifierHomeOf(folder);
  const files = filesBelow(sourceOf(folder));
  const env = {
    ...process.env,
    GOMODCACHE: join(kept, 'mod'),
    GOCACHE: join(kept, 'cache'),
    GOFLAGS: '-mod=readonly -modcacherw', // go.sum pins every module; and what is kept can be deleted
    CGO_ENABLED: '0',
  };
  await installOnce(kept, `the verifiers in ${folder}`, files, async (home) => {
    await run('go', ['build', '-o', join(home, 'verifier'), '.'], { cwd: sourceOf(folder), env });
  });
}

function withoutRuby() {
  const found = output('ruby', ['-rjwt', '-e', '']);
  return found === undefined ? 'there is no Ruby with ruby-jwt: Debian has ruby-jwt' : undefined;
}

/** The first with `jwt_verify` and with what compares claims. */
const LEAST_HAPROXY = '2.6';

function withoutHaproxy() {
  const version = versionIn(output('haproxy', ['-v']));
  if (!version) return 'there is no HAProxy: please install it';
  return atLeast(version, LEAST_HAPROXY)
    ? undefined
    : `HAProxy ${LEAST_HAPROXY} or newer is needed, and this is ${version}`;
}

/** Where Debian keeps the modules of Apache. */
export const APACHE_MODULES = '/usr/lib/apache2/modules';

/** @param {string} module */
function withoutApache(module) {
  if (!which('apache2')) return 'there is no apache2: please install it';
  if (existsSync(join(APACHE_MODULES, `${module}.so`))) return undefined;
  return `Apache has no ${module}: Debian has libapache2-${module.replaceAll('_', '-')}`;
}

/** @param {string} folder */
async function buildJvm(folder) {
  const files = filesBelow(sourceOf(folder));
  await installOnce(verifierHomeOf(folder), folder, files, async (home) => {
    await cp(sourceOf(folder), home, { recursive: true });
    await buildWithMaven(home);
  });
}

/** @param {string} folder */
const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
