// The documentation as the tests see it: Markdown pages with their links, headings and blocks of code.

import { readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';

const FENCE = /^( *)(?:<!-- test: (?<mark>\S+) -->\n *)?```(?<language>\S*)\n(?<code>[\s\S]*?)\n *```$/gm;
const LINK = /!?\[(?<text>[^\]]*)\]\((?<target>[^)\s]+)\)/g;
const HEADING = /^#{1,6} (.+)$/gm;
/** What follows a link to a test: names of tests, in quotes or, for a function, in backticks. */
const NAMES = /^((?:,?\s+(?:"[^"]+"|`[^`]+`))*)/;

/** Whether a block of code is marked as a part of a file of an example, of an issuer that a proof runs, or of a verifier. */
export const isExample = (mark) => /^(examples|tests\/providers\/issuers|tests\/verifiers)\//.test(mark ?? '');

/** Every page: the root's own, and everything in docs/ and examples/. */
export function pages() {
  const own = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'findings/README.md'];
  return [...own, ...pagesBelow('docs'), ...pagesBelow('examples')].map((path) => new Page(path));
}

/** Names of the pages in a folder and the folders below it, but for those of packages. */
function pagesBelow(folder) {
  const names = readdirSync(inRoot(folder), { recursive: true }).map(
    (name) => `${folder}/${name.replaceAll('\\', '/')}`,
  );
  return names.filter((name) => name.endsWith('.md') && !name.includes('/node_modules/')).sort();
}

class Page {
  constructor(path) {
    this.path = path;
    this.text = readFileSync(inRoot(path), 'utf8');
    // Links and headings are read without the code, which may look like either.
    this.prose = this.text.replace(FENCE, '');
  }

  /** Blocks of code: `{language, code, mark}`, where `mark` is what a comment in front asks the tests to do. */
  get blocks() {
    return [...this.text.matchAll(FENCE)].map(({ 1: indent, groups: { language, code, mark } }) => {
      return { page: this.path, language, mark, code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), '') };
    });
  }

  /** Links within the project: `{file, anchor, tests}`, where `tests` are the names that stand behind a link to a test. */
  get links() {
    const found = [...this.prose.matchAll(LINK)].filter(({ groups }) => !/^[a-z]+:/.test(groups.target));
    return found.map((match) => {
      const [target, anchor] = match.groups.target.split('#');
      const [, names] = NAMES.exec(this.prose.slice(match.index + match[0].length));
      return {
        file: target === '' ? this.path : posix.join(posix.dirname(this.path), target),
        anchor,
        tests: names.match(/"[^"]+"|`[^`]+`/g)?.map((name) => name.slice(1, -1).replace(/\s+/g, ' ')) ?? [],
      };
    });
  }

  /** The anchors that GitHub gives the headings. */
  get anchors() {
    const seen = new Map();
    return [...this.prose.matchAll(HEADING)].map(([, title]) => {
      const bare = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
      const slug = bare.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    });
  }
}
