// @ts-check
// What the examples of backends run on: for each a virtual environment or npm packages, below .tools/backends/, of exactly
// what the lock file in its folder pins.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce } from './install.mjs';
import { ensureLocked } from './locked.mjs';
import { buildWithMaven, withoutMaven } from './maven.mjs';
import { TOOLS, inRoot } from './paths.mjs';
import { installOrReason, reachesMaven } from './reach.mjs';
import { output } from './run.mjs';
import { atLeast, versionIn } from './version.mjs';

const EXAMPLES = 'examples/backends';

/** Every example, by its folder's name. */
export const backends = () =>
  readdirSync(inRoot(EXAMPLES), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

/**
 * Where an example is.
 *
 * @param {string} name
 */
export const exampleOf = (name) => inRoot(EXAMPLES, name);

/**
 * The folder of its packages.
 *
 * @param {string} name
 */
export const homeOf = (name) => join(TOOLS, 'backends', name);

/**
 * Path of a program that its environment has.
 *
 * @param {string} name
 * @param {string} program
 */
export const programOf = (name, program) => join(homeOf(name), 'bin', program);

/**
 * Installs the packages of an example, unless exactly these are there. Resolves to what prevents it, if so.
 *
 * @param {string} name
 */
export async function ensureBackend(name) {
  const reason = lacks(name);
  if (reason) return reason;
  if (existsSync(join(exampleOf(name), 'pom.xml'))) return ensureMavenProject(name);
  await ensureLocked(name, exampleOf(name), homeOf(name));
}

/**
 * Why an example cannot run on this machine, if so: what few have, no command here installs.
 *
 * @param {string} name
 */
function lacks(name) {
  if (existsSync(join(exampleOf(name), 'Agent.csproj'))) return withoutDotnet();
  if (name === 'crewai') return withNewerPython();
  return existsSync(join(exampleOf(name), 'pom.xml')) ? withoutMaven() : undefined;
}

/** The first Python that CrewAI does not run on. */
const PYTHON_WITHOUT_CREWAI = '3.14';

function withNewerPython() {
  const version = versionIn(output('python3', ['--version']) ?? output('python', ['--version']));
  const isNewer = version && atLeast(version, PYTHON_WITHOUT_CREWAI);
  return isNewer ? `a Python older than ${PYTHON_WITHOUT_CREWAI} is needed, and this is ${version}` : undefined;
}

const DOTNET = '10';

function withoutDotnet() {
  const version = versionIn(output('dotnet', ['--version']));
  if (!version) return `there is no dotnet: please install the .NET SDK ${DOTNET}`;
  return atLeast(version, DOTNET) ? undefined : `the .NET SDK ${DOTNET} is needed, and this is ${version}`;
}

/** @param {string} name */
async function ensureMavenProject(name) {
  const files = readdirSync(exampleOf(name), { recursive: true, encoding: 'utf8' })
    .map((file) => join(exampleOf(name), file))
    .filter((file) => statSync(file).isFile());
  let adapter;
  const install = () =>
    installOnce(homeOf(name), name, files.sort(), async (home) => {
      await cp(exampleOf(name), home, { recursive: true });
      adapter = await buildWithMaven(home);
      return adapter === undefined;
    });
  const reason = await installOrReason(install, reachesMaven);
  return reason ?? (adapter && `Maven cannot resolve ${adapter}`);
}
