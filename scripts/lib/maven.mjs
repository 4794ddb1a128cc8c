// @ts-check
// Building with Maven, for the programs of the JVM. Maven has no lock file: every jar that it brings, its own plugins
// included, is compared with maven.sha256 before anything that was built is started.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TOOLS, inRoot } from './paths.mjs';
import { output, run, which } from './run.mjs';
import { Failure } from './say.mjs';
import { atLeast } from './version.mjs';

/** Both Spring Boot 4 and Quarkus 3 want this one. */
const LEAST_JDK = '17';
const REPOSITORY = join(TOOLS, 'maven');
const CHECKSUMS = inRoot('scripts/lib/maven.sha256');

/** Why nothing can be built with Maven here, if so. */
export function withoutMaven() {
  const version = /javac (\d+)/.exec(output('javac', ['-version']) ?? '')?.[1];
  if (!version) return `there is no JDK: please install ${LEAST_JDK} or newer`;
  if (!atLeast(version, LEAST_JDK)) return `JDK ${LEAST_JDK} or newer is needed, and this is ${version}`;
  return which('mvn') ? undefined : 'there is no Maven: please install it';
}

/** Builds the project in `folder`. What Maven downloads is kept below .tools/. */
export async function buildWithMaven(folder) {
  const how = [
    '--batch-mode',
    '--quiet',
    '--strict-checksums',
    '-Dstyle.color=never',
    '-DskipTests',
    `-Dmaven.repo.local=${REPOSITORY}`,
  ];
  await run('mvn', [...how, 'package'], { cwd: folder });
  checkJars();
}

/** With RENEW_CHECKSUMS=1, notes the jars that are new instead: look at what the difference is before you commit it. */
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
const pair = (line) => /** @type {[string, string]} */ ([line.slice(66), line.slice(0, 64)]);

const jars = () =>
  readdirSync(REPOSITORY, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jar'))
    .map((path) => join(REPOSITORY, path));

const digestOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');
