// @ts-check
// Programs of the JVM, from Maven Central. Maven has no lock file: every jar that it downloads, its own plugins included,
// is compared with maven.sha256 before a program is started.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { installOnce } from './install.mjs';
import { TOOLS, inRoot } from './paths.mjs';
import { output, run, runForCode, which } from './run.mjs';
import { Failure } from './say.mjs';
import { atLeast } from './version.mjs';

/** Spring Boot 4, Quarkus 3 and Keycloak 26 need this version. */
const LEAST_JDK = '17';
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';
/** Maven's own store, so that nothing is written outside this folder. */
const REPOSITORY = join(TOOLS, 'maven');
const HOW = [
  '--batch-mode',
  '--quiet',
  '--strict-checksums',
  '-Dstyle.color=never',
  '-DskipTests',
  `-Dmaven.repo.local=${REPOSITORY}`,
];
/** Built from source where a machine has them: their version is what an example pins. */
const OF_AG_UI = join('com', 'ag-ui');
const CHECKSUMS = inRoot('scripts/lib/maven.sha256');

/** The reason why programs of the JVM cannot be built here; undefined if they can. */
export function withoutMaven() {
  const javac = javaProgram('javac');
  const version = javac && /javac (\d+)/.exec(output(javac, ['-version']) ?? '')?.[1];
  if (!version) return `there is no JDK: please install ${LEAST_JDK} or newer`;
  if (!atLeast(version, LEAST_JDK)) return `JDK ${LEAST_JDK} or newer is needed, and this is ${version}`;
  return which('mvn') ? undefined : 'there is no Maven: please install it';
}

/**
 * Full path of a program of the JDK: that of JAVA_HOME if it is set, or else of the PATH.
 *
 * @param {string} name
 */
export function javaProgram(name) {
  const { JAVA_HOME } = process.env;
  if (!JAVA_HOME) return which(name);
  const path = join(JAVA_HOME, 'bin', name);
  return existsSync(path) ? path : undefined;
}

/**
 * Builds the project in `folder`; what Maven downloads is kept below .tools/. Resolves to the adapter of AG-UI that it cannot
 * resolve, if so: not every registry has them.
 *
 * @param {string} folder
 */
export async function buildWithMaven(folder) {
  /** @type {Buffer[]} */
  const printed = [];
  /** @param {Buffer} bytes */
  const onOutput = (bytes) => printed.push(bytes);
  const code = await runForCode('mvn', [...HOW, '--update-snapshots', 'package'], { cwd: folder, onOutput });
  const text = Buffer.concat(printed).toString();
  const [, adapter] = /Could not resolve dependencies.*?(com\.ag-ui[\w.-]*:[\w-]+)/s.exec(text) ?? [];
  if (code !== 0 && !adapter) throw new Failure(`mvn package of ${folder} ended with code ${code}:\n${text}`);
  checkJars();
  return adapter;
}

/**
 * Builds the application whose `pom.xml` is in `from`, as `home`/target/app.jar.
 *
 * @param {string} name
 * @param {string} from
 * @param {string} home
 * @param {string[]} sources
 */
export async function ensureApplication(name, from, home, sources) {
  await installOnce(home, name, [join(from, 'pom.xml'), ...sources], async () => {
    await cp(from, home, { recursive: true });
    await buildWithMaven(home);
  });
}

/**
 * Unpacks the archive that `archive.json` in `from` pins (`artifact`, `sha256`) into `home`.
 *
 * @param {string} name
 * @param {string} from
 * @param {string} home
 */
export async function ensureArchive(name, from, home) {
  const pinned = join(from, 'archive.json');
  await installOnce(home, name, [pinned], async () => {
    const { artifact, sha256 } = JSON.parse(await readFile(pinned, 'utf8'));
    const [, id, version, type] = artifact.split(':');
    await mkdir(home, { recursive: true });
    await run('mvn', [...HOW, COPY, `-Dartifact=${artifact}`, `-DoutputDirectory=${home}`], { cwd: home });
    checkJars();
    const archive = join(home, `${id}-${version}.${type}`);
    const found = digestOf(archive);
    if (found !== sha256) throw new Failure(`${artifact} has the SHA-256 ${found}, and ${pinned} pins ${sha256}`);
    await run(String(javaProgram('jar')), ['xf', archive], { cwd: home });
    await rm(archive);
  });
}

/** With RENEW_CHECKSUMS=1, adds the jars that are new instead: look at the difference before you commit it. */
function checkJars() {
  const listed = new Map(readFileSync(CHECKSUMS, 'utf8').split('\n').filter(Boolean).map(pair));
  const found = jars().map((path) => [basename(path), digestOf(path)]);
  const wrong = found.filter(([name, digest]) => listed.get(name) !== digest);
  if (wrong.length === 0) return;
  const names = wrong.map(([name]) => name).join(', ');
  if (!process.env.RENEW_CHECKSUMS) throw new Failure(`not as scripts/lib/maven.sha256 has them: ${names}`);
  for (const [name, digest] of found) listed.set(name, digest);
  const all = [...listed].map(([name, digest]) => `${digest}  ${name}\n`);
  writeFileSync(CHECKSUMS, all.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join(''));
}

/** Name and digest of a line, as sha256sum writes it. */
const pair = (/** @type {string} */ line) => /** @type {[string, string]} */ ([line.slice(66), line.slice(0, 64)]);

const jars = () =>
  readdirSync(REPOSITORY, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jar') && !path.startsWith(OF_AG_UI))
    .map((path) => join(REPOSITORY, path));

/** @param {string} path */
const digestOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');
