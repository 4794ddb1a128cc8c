// scripts/commits.mjs, on repositories made for it.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';

const folder = mkdtempSync(join(tmpdir(), 'commits-'));
after(() => rmSync(folder, { recursive: true }));

const RELEASED = '# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-11-30\n';

const git = (root, ...args) =>
  execFileSync(
    'git',
    ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false', ...args],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );

let last = 0;
/** A new repository with a commit for each of `entries`: a subject, or `{subject, changelog}`. */
function repository(...entries) {
  last += 1;
  const root = join(folder, `${last}`);
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', root]);
  for (const [index, entry] of entries.entries()) {
    const { subject = entry, changelog } = entry;
    writeFileSync(join(root, 'file'), `${index}`);
    if (changelog) writeFileSync(join(root, 'CHANGELOG.md'), changelog);
    git(root, 'add', '.');
    git(root, 'commit', '--quiet', '-m', subject);
  }
  return root;
}

function check(root) {
  const { status, stderr } = spawnSync(process.execPath, [inRoot('scripts/commits.mjs'), '--root', root], {
    encoding: 'utf8',
    // A folder above may be a repository, too.
    env: { ...process.env, GIT_CEILING_DIRECTORIES: folder },
  });
  return { status, stderr };
}

const START = {
  subject: 'Start without any form, at a length that no subject may have since the release of 0.1.0',
  changelog: '# Changelog\n\n## [Unreleased]\n',
};
const RELEASE = { subject: 'Release 0.1.0', changelog: RELEASED };

test('subjects of the form pass, and those before the release are not checked', () => {
  const root = repository(START, RELEASE, 'outbound: decide answer fields in the core', 'bench, docs: publish figures');
  const { status, stderr } = check(root);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /the subjects of the 2 commits since \[0\.1\.0\] are in form/);
});

for (const [fault, subject] of Object.entries({
  'no area': 'Decide answer fields in the core',
  'an upper-case verb': 'outbound: Decide answer fields in the core',
  'no object': 'outbound: decide',
  'a full stop': 'outbound: decide answer fields in the core.',
  '73 characters': `outbound: decide ${'a'.repeat(56)}`,
})) {
  test(`a subject with ${fault} fails, by its name`, () => {
    const { status, stderr } = check(repository(START, RELEASE, subject, 'gate: keep the last word'));
    assert.equal(status, 1);
    assert.ok(stderr.includes(`"${subject}"`), stderr);
    assert.match(stderr, /1 fault\(s\)/);
  });
}

test('72 characters pass, counted as characters', () => {
  const { status, stderr } = check(repository(START, RELEASE, `outbound: decide ${'ä'.repeat(55)}`));
  assert.equal(status, 0, stderr);
});

test('a branch is checked and the merge of it is not', () => {
  const root = repository(START, RELEASE, 'gate: add one');
  git(root, 'checkout', '--quiet', '-b', 'branch', 'HEAD~1');
  git(root, 'commit', '--quiet', '--allow-empty', '-m', 'No form');
  git(root, 'checkout', '--quiet', 'main');
  git(root, 'merge', '--quiet', '--no-ff', '-m', 'Merge the branch', 'branch');
  const { status, stderr } = check(root);
  assert.equal(status, 1);
  assert.match(stderr, /"No form"/);
  assert.doesNotMatch(stderr, /Merge/);
});

test('without a release nothing is checked, and it says so', () => {
  const { status, stderr } = check(repository(START, 'No form'));
  assert.equal(status, 0);
  assert.match(stderr, /not checked, since CHANGELOG\.md has no release yet/);
});

test('a shallow clone is checked as far as it goes', () => {
  const root = repository(START, RELEASE, 'No form', 'gate: add one', 'gate: add another');
  const clone = (depth) => {
    const into = join(folder, `depth-${depth}`);
    execFileSync('git', ['clone', '--quiet', `--depth=${depth}`, `file://${root}`, into]);
    return check(into);
  };
  const [one, two, whole] = [clone(1), clone(2), clone(4)];
  assert.deepEqual([one.status, two.status, whole.status], [0, 0, 1]);
  assert.match(one.stderr, /0 commits since \[0\.1\.0\] that this shallow clone has/);
  assert.match(two.stderr, /1 commits since \[0\.1\.0\] that this shallow clone has/);
  assert.match(whole.stderr, /"No form"/);
});

test('a folder without git passes, and it says so', () => {
  const { status, stderr } = check(folder);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /not checked, since there is no git history/);
});
