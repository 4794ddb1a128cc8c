#!/usr/bin/env node
// @ts-check
// Prepares what `npm pack` packs: the built Worker, the core for the commands, and in package/ the licences of everything
// inside and a software bill of materials. `npm pack` calls it.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, buildForNode } from './build.mjs';
import { isMain } from './lib/main.mjs';
import { NODE_MODULES, inRoot } from './lib/paths.mjs';
import { output } from './lib/run.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';

/**
 * A part of the package that others wrote.
 *
 * @typedef {{
 *   name: string, version: string, license: string, folder: string, purl: string, checksum?: string,
 * }} Part
 */
/**
 * A crate as `cargo metadata` has it.
 *
 * @typedef {{
 *   id: string, name: string, version: string, license: string, manifest_path: string, checksum?: string, targets: {kind: string[]}[],
 * }} Crate
 */
/**
 * A crate's place in the graph of dependencies.
 *
 * @typedef {{id: string, deps: {pkg: string, dep_kinds: {kind: string | null}[]}[]}} Node
 */

const HELP = `Usage: node scripts/package.mjs

Builds the files of the package and writes package/third-party-licenses.txt and package/sbom.cdx.json. \`npm pack\` calls
this.`;

const TARGET = 'wasm32-unknown-unknown';
/** The libraries that the commands bundle, and their dependencies. */
const LIBRARIES = ['eslint-visitor-keys', 'jsonc-parser', 'toml-eslint-parser', 'yaml'];
/** Files of a package that contain its terms. */
const TERMS = /^(licen[cs]e|copying|notice|unlicense)/i;
const FOLDER = inRoot('package');

export async function prepare() {
  await build();
  await buildForNode();
  const { version } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
  const parts = [...(await crates()), ...(await libraries()), rustItself()];
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER);
  await writeFile(join(FOLDER, 'third-party-licenses.txt'), await licences(parts));
  await writeFile(join(FOLDER, 'sbom.cdx.json'), await billOfMaterials(version, parts));
  say(`package/: the licences of ${parts.length} parts, and a bill of materials`);
}

/** The crates that are linked: normal dependencies, without those that only run while compiling, and without our own. */
async function crates() {
  const json = output('cargo', ['metadata', '--format-version', '1', '--locked', '--filter-platform', TARGET], {
    maxBuffer: 1 << 27,
  });
  if (!json) throw new Failure('cargo metadata has failed');
  /** @type {{packages: Crate[], resolve: {root: string, nodes: Node[]}, workspace_members: string[]}} */
  const { packages, resolve, workspace_members: own } = JSON.parse(json);
  const crates = new Map(packages.map((each) => [each.id, each]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const byId = (/** @type {string} */ id) => /** @type {Crate} */ (crates.get(id));
  /** @param {string} id */
  const isMacro = (id) => byId(id).targets.some(({ kind }) => kind.includes('proc-macro'));
  const linked = new Set();
  /** @param {string} id */
  const visit = (id) => {
    if (linked.has(id)) return;
    linked.add(id);
    for (const { pkg, dep_kinds } of nodes.get(id)?.deps ?? []) {
      if (dep_kinds.some(({ kind }) => kind === null) && !isMacro(pkg)) visit(pkg);
    }
  };
  visit(resolve.root);
  for (const id of own) linked.delete(id);
  const found = [...linked].map(byId);
  return found
    .map(({ name, version, license, manifest_path, checksum }) => {
      return { name, version, license, checksum, folder: dirname(manifest_path), purl: `pkg:cargo/${name}@${version}` };
    })
    .sort(byName);
}

async function libraries() {
  return Promise.all(
    LIBRARIES.map(async (name) => {
      const folder = join(NODE_MODULES, name);
      const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      return { name, version, license, folder, purl: `pkg:npm/${name}@${version}` };
    }),
  );
}

/** The standard library, of which a part is in every Rust program. */
function rustItself() {
  const [, version] = /^rustc (\S+)/.exec(output('rustc', ['--version']) ?? '') ?? [];
  const folder = join(output('rustc', ['--print', 'sysroot']) ?? '', 'share/doc/rust');
  return { name: 'rust-std', version, license: 'MIT OR Apache-2.0', folder, purl: `pkg:generic/rust-std@${version}` };
}

/**
 * @param {Part} a
 * @param {Part} b
 */
const byName = (a, b) => (a.purl < b.purl ? -1 : 1);

/**
 * Every text once, below the names of those that it belongs to.
 *
 * @param {Part[]} parts
 */
async function licences(parts) {
  const texts = new Map();
  const bare = [];
  for (const { name, version, license, folder } of parts) {
    const files = (existsSync(folder) ? await readdir(folder, { withFileTypes: true }) : []).filter(
      (entry) => entry.isFile() && TERMS.test(entry.name),
    );
    if (files.length === 0) bare.push(`${name} ${version}: ${license}`);
    for (const file of files.map((entry) => entry.name).sort()) {
      const text = (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n').trim();
      texts.set(text, [...(texts.get(text) ?? []), `${name} ${version} (${license})`]);
    }
  }
  const blocks = [...texts].map(([text, names]) => `${[...new Set(names)].join('\n')}\n\n${text}`);
  const rule = `\n\n${'='.repeat(80)}\n\n`;
  const head = 'What the Worker and the commands contain besides copilotkit-gate itself, and its terms.';
  const without = bare.length > 0 ? [`Without a file of terms, by their manifests:\n\n${bare.join('\n')}`] : [];
  return `${[head, ...blocks, ...without].join(rule)}\n`;
}

/**
 * CycloneDX 1.6, without a time and a serial number: two builds produce the same bytes.
 *
 * @param {string} version
 * @param {Part[]} parts
 */
async function billOfMaterials(version, parts) {
  const { Enums, Models, Serialize, Spec } = await import('@cyclonedx/cyclonedx-library');
  const bom = new Models.Bom();
  /**
   * @param {string} name
   * @param {{type?: import('@cyclonedx/cyclonedx-library').Enums.ComponentType, version: string, purl: string}} about
   * @param {string} license
   */
  const component = (name, { type = Enums.ComponentType.Library, ...options }, license) => {
    const made = new Models.Component(type, name, { bomRef: options.purl, ...options });
    made.licenses.add(new Models.LicenseExpression(license.replaceAll('/', ' OR ')));
    return made;
  };
  const own = { type: Enums.ComponentType.Application, version, purl: `pkg:npm/copilotkit-gate@${version}` };
  bom.metadata.component = component('copilotkit-gate', own, 'Apache-2.0');
  for (const file of ['build/index.js', 'build/index_bg.wasm', 'cli/core/core_bg.wasm', 'cli/core/libraries.cjs']) {
    const part = new Models.Component(Enums.ComponentType.File, file, { bomRef: file });
    const digest = createHash('sha256').update(await readFile(inRoot(file)));
    part.hashes.set(Enums.HashAlgorithm['SHA-256'], digest.digest('hex'));
    bom.metadata.component.components.add(part);
  }
  for (const { name, version: its, license, purl } of parts) {
    const part = component(name, { version: its, purl }, license);
    bom.components.add(part);
    bom.metadata.component.dependencies.add(part.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  await prepare();
}

if (isMain(import.meta)) await script(() => main(process.argv.slice(2)));
