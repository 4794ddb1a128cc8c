#!/usr/bin/env node
// @ts-check
// Checks the subjects of the commits since the last release.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './lib/paths.mjs';
import { output } from './lib/run.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';

const HELP = `Usage: node scripts/commits.mjs [--root FOLDER]

Checks the subject of each commit since the last release, which is the commit that added the newest heading of a version
to CHANGELOG.md: at most 72 characters, \`area: verb object\` in the imperative, such as
"outbound: decide answer fields in the core". Merges are not checked. Where the history is missing (no git, or a shallow
clone), it says so and checks only the commits that are there.

  --root  checks another repository`;

const MOST = 72;
const SUBJECT = /^[a-z][a-z0-9./-]*(?:, [a-z][a-z0-9./-]*)*: [a-z][a-z-]* \S/;

/** @param {string[]} args */
function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const at = args.indexOf('--root');
  const root = at === -1 ? inRoot() : args[at + 1];
  /** @param {string[]} rest */
  const git = (...rest) => output('git', rest, { cwd: root }) ?? '';
  if (git('rev-parse', '--is-inside-work-tree') !== 'true')
    return say('commits: not checked, since there is no git history');

  const heading = /^## \[\d+\.\d+\.\d+\]/m.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))?.[0];
  if (!heading) return say('commits: not checked, since CHANGELOG.md has no release yet');
  const isShallow = git('rev-parse', '--is-shallow-repository') === 'true';
  const added = git('log', '--format=%H', `-S${heading}`, '--', 'CHANGELOG.md').split('\n').filter(Boolean);
  if (added.length === 0) return say(`commits: not checked, since no commit has "${heading}" in CHANGELOG.md yet`);
  // The oldest commits of a shallow clone seem to have added every line; what they really changed is unknown.
  const releases = isShallow ? added : added.slice(-1);

  const log = git('log', '--no-merges', '--format=%h %s', 'HEAD', ...releases.map((commit) => `^${commit}`));
  const commits = log.split('\n').filter(Boolean);
  const faults = commits.flatMap(faultsOf);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0)
    throw new Failure(`${faults.length} fault(s) in subjects of commits: see CONTRIBUTING.md#commits`);
  const missing = isShallow ? ' that this shallow clone has' : '';
  say(
    `commits: the subjects of the ${commits.length} commits since ${heading.slice('## '.length)}${missing} are in form`,
  );
}

/**
 * What is wrong with a line `<hash> <subject>`.
 *
 * @param {string} line
 */
function faultsOf(line) {
  const at = line.indexOf(' ');
  const [hash, subject] = [line.slice(0, at), line.slice(at + 1)];
  const { length } = [...subject];
  return [
    ...(length > MOST ? [`${hash}: "${subject}" has ${length} characters, and may have ${MOST}`] : []),
    ...(SUBJECT.test(subject)
      ? []
      : [`${hash}: "${subject}" is not of the form "area: verb object", lower case after the colon`]),
    ...(subject.endsWith('.') ? [`${hash}: "${subject}" ends with a full stop`] : []),
  ];
}

await script(() => main(process.argv.slice(2)));
