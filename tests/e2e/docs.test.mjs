// The documentation keeps its word: snippets run as they stand, examples of settings open a gate, links lead somewhere, and
// the tests that it names exist.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { transform } from 'esbuild';
import { backends } from '../../scripts/lib/backends.mjs';
import { APPS } from '../../scripts/lib/examples.mjs';
import { TOOLS, inRoot } from '../../scripts/lib/paths.mjs';
import { BASE } from '../support/client.mjs';
import { startGate, startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { usualVars } from '../support/world.mjs';
import { readExample } from './support/example.mjs';
import { isExample, pages } from './support/pages.mjs';

const PAGES = pages();
const BLOCKS = PAGES.flatMap(({ blocks }) => blocks);
const NAMES = backends();
const { devDependencies } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
const LINKS = PAGES.flatMap((page) => page.links.map((link) => ({ ...link, from: page.path })));

/** What a mark starts with that names the file in which the block stands word for word. */
const FILE = 'file:';

/** Snippet → the file whose lines it has, the one that it goes into, the program that runs it, and what calls it. */
const LANGUAGES = {
  node: {
    mark: 'tests/verifiers/node/jose.mjs',
    file: 'assertion.mjs',
    program: process.execPath,
    caller: 'console.log((await verifyAssertion(process.argv[2], process.argv[3])).sub);',
  },
  python: {
    mark: 'tests/verifiers/python/verify_pyjwt.py',
    file: 'assertion.py',
    program: process.env.PYTHON ?? 'python3',
    caller: 'import sys\nprint(verify_assertion(sys.argv[1], sys.argv[2])["sub"])',
  },
};

let folder, idp, origin, gate, assertion;
before(async () => {
  // Below the project, so that the snippet finds the project's packages.
  await mkdir(TOOLS, { recursive: true });
  folder = await mkdtemp(join(TOOLS, 'docs-'));
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const vars = { ...usualVars({ idp, origin }), ASSERTION_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })) };
  gate = await startGate({ vars });
  const { received } = await relay(gate, origin, { path: '/info', token: idp.token({ sub: 'alice' }) });
  assertion = received[0].headers['x-gate-assertion'];
});
after(async () => {
  await gate?.dispose();
  await rm(folder, { recursive: true });
});

/** Runs a snippet on an assertion and an audience; resolves to its exit code and what it printed. */
function verify(language, ...args) {
  const { program, file } = LANGUAGES[language];
  const env = { ...process.env, GATE_URL: `http://${gate.url.host}${BASE}` };
  return new Promise((resolve, reject) => {
    const child = spawn(program, [join(folder, file), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [printed, complaint] = ['', ''];
    child.stdout.on('data', (data) => (printed += data));
    child.stderr.on('data', (data) => (complaint += data));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, printed: printed.trim(), complaint }));
  });
}

for (const [language, { mark, file, caller }] of Object.entries(LANGUAGES)) {
  describe(`the snippet for ${language}`, () => {
    before(async () => {
      const snippets = BLOCKS.filter((block) => block.mark === mark);
      assert.equal(snippets.length, 1, `one snippet is marked ${mark}`);
      await writeFile(join(folder, file), `${snippets[0].code}\n\n${caller}\n`);
    });

    it('accepts an assertion of this gate for this origin', async () => {
      const { code, printed, complaint } = await verify(language, assertion, origin.url + BASE);
      assert.equal(code, 0, complaint);
      assert.equal(printed, 'alice');
    });

    it('refuses one that is meant for another origin', async () => {
      const { code, printed } = await verify(language, assertion, 'https://elsewhere.example/api/copilotkit');
      assert.notEqual(code, 0);
      assert.equal(printed, '');
    });

    it('refuses one whose claims were changed', async () => {
      const [header, claims, signature] = assertion.split('.');
      const forged = { ...JSON.parse(Buffer.from(claims, 'base64url')), sub: 'mallory' };
      const text = [header, Buffer.from(JSON.stringify(forged)).toString('base64url'), signature].join('.');
      const { code, printed } = await verify(language, text, origin.url + BASE);
      assert.notEqual(code, 0);
      assert.equal(printed, '');
    });
  });
}

describe('examples of settings', () => {
  const whole = APPS.map((name) => `examples/${name}/wrangler.toml`);
  const examples = [
    ...BLOCKS.filter(({ mark }) => mark === 'settings'),
    // The block for production: the tests of the apps run the other.
    ...whole.map((page) => ({ page, code: readFileSync(inRoot(page), 'utf8') })),
  ];
  let gates;
  before(async () => {
    const read = await Promise.all(examples.map(readExample));
    gates = await startGates(
      read.map(({ vars, env }) => ({ vars: { ...usualVars({ idp, origin }), ...vars, ...secretsFor(vars) }, env })),
    );
  });
  after(() => gates?.[0].dispose());

  /** The secrets that the issuers of an example name. */
  function secretsFor({ ISSUERS = [] }) {
    const names = ISSUERS.flatMap(({ secret }) => secret ?? []);
    return Object.fromEntries(names.map((name) => [name, randomBytes(64).toString('base64url')]));
  }

  examples.forEach(({ page, code }, index) => {
    it(`${page}: ${code.split('\n').find((line) => !line.startsWith('#'))} opens a gate`, async () => {
      const answer = await gates[index].send({ path: '/.gate/health' });
      const misconfigured = gates[index].log.lines.filter((line) => line.includes('"misconfigured"'));
      assert.deepEqual([answer.status, answer.json.status], [200, 'ok'], `${code}\n${misconfigured.join('\n')}`);
    });
  });

  it('are all marked, so that none goes untested', () => {
    assert.deepEqual(
      BLOCKS.filter(({ language, mark }) => language === 'toml' && mark !== 'settings'),
      [],
    );
    assert.ok(examples.length > 5, `${examples.length} examples`);
  });
});

describe('blocks of code', () => {
  for (const { page, code } of BLOCKS.filter(({ language }) => language === 'json')) {
    it(`${page}: ${code.slice(0, 60)}… is JSON, or JSON lines`, () => {
      for (const text of isJson(code) ? [code] : code.split('\n')) assert.doesNotThrow(() => JSON.parse(text), text);
    });
  }

  const whole = BLOCKS.filter(({ language, mark }) => ['js', 'jsx'].includes(language) && !isExample(mark));
  for (const { page, language, code } of whole) {
    it(`${page}: ${code.split('\n')[0]} is ${language}`, () => transform(code, { loader: language, jsx: 'automatic' }));
  }

  const copies = BLOCKS.filter(({ mark }) => mark?.startsWith(FILE));
  for (const { page, mark, code } of copies) {
    it(`${page}: ${mark} is that file`, () => {
      assert.equal(`${code}\n`, readFileSync(inRoot(mark.slice(FILE.length)), 'utf8'));
    });
  }

  it('show the files that the single-page app has, too', () => {
    for (const name of readdirSync(inRoot('examples/client'))) {
      const [here, there] = ['examples/client', 'examples/vite/src'].map((at) =>
        readFileSync(inRoot(at, name), 'utf8'),
      );
      assert.equal(there, here, name);
    }
  });

  it('show the files that are made to be copied', () => {
    const made = readdirSync(inRoot('examples/client')).map((name) => `${FILE}examples/client/${name}`);
    assert.deepEqual(copies.map(({ mark }) => mark).sort(), made.sort());
  });

  it('have no mark that nothing looks for', () => {
    // `identity` is for the native tests, which check tokens of the providers, `provider` for the proofs, which run them.
    const known = ['settings', 'identity', 'provider'];
    assert.deepEqual(
      BLOCKS.filter(({ mark }) => {
        return mark !== undefined && !known.includes(mark) && !mark.startsWith(FILE) && !isExample(mark);
      }),
      [],
    );
    const marks = PAGES.flatMap(({ text }) => text.match(/<!-- test: /g) ?? []);
    assert.equal(marks.length, BLOCKS.filter(({ mark }) => mark).length, 'each mark stands right before a block');
  });

  function isJson(text) {
    try {
      return JSON.parse(text) !== undefined;
    } catch {
      return false;
    }
  }
});

describe('examples of backends', () => {
  const quoted = BLOCKS.filter(({ mark }) => isExample(mark));

  for (const { page, mark, code } of quoted) {
    it(`${page}: ${code.split('\n')[0].trim()} … is a part of ${mark}`, () => {
      // A page may quote a part without its indentation.
      const text = readFileSync(inRoot(mark), 'utf8');
      const isPart = ['', '  ', '    '].some((indent) => text.includes(`${code.replace(/^(?=.)/gm, indent)}\n`));
      assert.ok(isPart, code);
    });
  }

  it('are quoted on every page about one', () => {
    const code = BLOCKS.filter(
      ({ page, language }) => page.startsWith('docs/backends/') && /^(js|python|csharp|java|yaml)$/.test(language),
    );
    assert.deepEqual(
      code.filter(({ mark }) => !isExample(mark)),
      [],
    );
    assert.ok(quoted.length > 20, `${quoted.length} blocks`);
  });

  it('verify tokens alike', () => {
    const copies = NAMES.map((name) => inRoot('examples/backends', name, 'verify.py')).filter(existsSync);
    assert.equal(new Set(copies.map((path) => readFileSync(path, 'utf8'))).size, 1);
    assert.ok(copies.length > 3, `${copies.length} copies`);
  });

  it('run on the packages that this project itself has, where they share them', () => {
    const folders = [...NAMES.map((name) => `backends/${name}`), ...APPS];
    for (const path of folders.map((folder) => inRoot('examples', folder, 'package.json')).filter(existsSync)) {
      const { dependencies, peerDependencies, devDependencies: own } = JSON.parse(readFileSync(path, 'utf8'));
      for (const [name, version] of Object.entries({ ...dependencies, ...peerDependencies, ...own })) {
        if (Object.hasOwn(devDependencies, name)) assert.equal(version, devDependencies[name], `${name} of ${path}`);
      }
    }
  });
});

/** Whether a test of this file has this name, or one that begins so: what stands around it may differ from row to row. */
function hasTest(file, name) {
  const source = readFileSync(inRoot(file), 'utf8');
  const starts = file.endsWith('.rs') ? ['fn '] : ["'", '"', '`', '}: ', '] '];
  return starts.some((start) => source.includes(start + name));
}

describe('links', () => {
  it('lead to files that exist', () => {
    assert.deepEqual(
      LINKS.filter(({ file }) => !existsSync(inRoot(file))),
      [],
    );
    assert.ok(LINKS.length > 50, `${LINKS.length} links`);
  });

  it('lead to headings that exist', () => {
    const anchors = new Map(PAGES.map((page) => [page.path, page.anchors]));
    assert.deepEqual(
      LINKS.filter(({ file, anchor }) => anchor !== undefined && !anchors.get(file)?.includes(anchor)),
      [],
    );
  });

  it('to tests name tests that exist', () => {
    const named = LINKS.flatMap(({ tests, ...link }) => tests.map((name) => ({ name, ...link })));
    const tests = named.filter(({ file }) => /^(crates\/[\w-]+\/)?tests\//.test(file));
    assert.deepEqual(
      tests.filter(({ file, name }) => !hasTest(file, name)),
      [],
    );
    assert.ok(tests.length > 100, `${tests.length} tests are named`);
  });

  it('to tests stand in every row of a table of tests', () => {
    const tables = PAGES.flatMap(({ prose }) => [...prose.matchAll(/\| tests? \|\n\|[-|]+\n((?:\|.*\n)+)/g)]);
    const rows = tables.flatMap(([, lines]) => lines.trim().split('\n'));
    assert.deepEqual(
      rows.filter((row) => !/\]\((\.\.\/)?(crates\/[\w-]+\/)?tests\/\S+\) ["`][^|]*\|$/.test(row)),
      [],
    );
    assert.ok(rows.length > 70, `${rows.length} rows`);
  });
});

it('the README names the versions that package.json installs, and those of the examples', () => {
  const installed = new Set(Object.entries(devDependencies).map((pair) => pair.join(' ')));
  for (const name of NAMES) for (const pair of pinnedBy(name)) installed.add(pair);
  const { text } = PAGES.find(({ path }) => path === 'README.md');
  const named = [...text.matchAll(/`(@?[\w/-]+)` (\d+\.\d+\.\d+)/g)].map(([, name, version]) => `${name} ${version}`);
  assert.ok(named.length > 12, `${named.length} versions`);
  assert.deepEqual(
    named.filter((pair) => !installed.has(pair)),
    [],
  );
});

/** Name and version of everything that an example pins. */
function pinnedBy(name) {
  const read = (file) => {
    const path = inRoot('examples/backends', name, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const fromPython = [...read('requirements.txt').matchAll(/^([\w.-]+)==(\S+)/gm)].map(([, ...pair]) => pair.join(' '));
  const fromNode = Object.entries(JSON.parse(read('package.json') || '{}').dependencies ?? {}).map((pair) =>
    pair.join(' '),
  );
  return [...fromPython, ...fromNode];
}
