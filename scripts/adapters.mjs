#!/usr/bin/env node
// @ts-check
// Which members of an agent's input the adapters of the proven backends read, and whether somebody has judged each of them.

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readsOf } from './adapters/reads.mjs';
import { ensurePython, pinned, unpack } from './adapters/unpack.mjs';
import { backends } from './lib/backends.mjs';
import { withLock } from './lib/lock.mjs';
import { ensurePackages, packageBin } from './lib/npm.mjs';
import { inRoot } from './lib/paths.mjs';
import { output, run } from './lib/run.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';

/**
 * An adapter as judged.json has it: where its sources are, and each member that it reads with its verdict.
 *
 * @typedef {{
 *   package: string, version: string, lock: string, sources: string[], places?: string[], names?: Record<string, object>,
 *   members: Record<string, {verdict: string, test: string, at: string[]}>,
 * }} Adapter
 */
/** @typedef {{backends: Record<string, unknown>, adapters: Adapter[]}} Judged */
/**
 * Adapter → member → where it is read.
 *
 * @typedef {Map<Adapter, Map<string, string[]>>} Found
 */

const JUDGED = 'scripts/adapters/judged.json';
const PARSER_LOCK = 'scripts/adapters/parser-lock.json';
const HELP = `Usage: npm run adapters [-- --write]

Unpacks the adapters of the proven backends as their lock files pin them, finds the members of forwardedProps, state, context
and config.configurable and the header fields that they read, and fails on one that ${JUDGED} does not judge.

  --write  notes in that file what was found: a new member waits for its verdict, one that is no longer read goes

A verdict is one of:

  passes      it goes on by default, and docs/origin.md says why
  named       it goes on if PROPERTIES names it, with a glob or in full
  in full     it goes on if PROPERTIES names it in full, since it steers the backend
  identity    the gate removes it, or writes what it has verified
  rule        what a rule allows of it goes on
  own         it says something of the client's own, and nothing that is trusted
  server      the server writes it, and nothing from a client is found there`;

const VERDICTS = ['passes', 'named', 'in full', 'identity', 'rule', 'own', 'server'];
/** What places of an agent's input are called in the sources of an adapter. */
const NAMES = {
  forwardedProps: 'forwardedProps',
  forwarded_props: 'forwardedProps',
  state: 'state',
  context: 'context',
  configurable: 'configurable',
  headers: 'headers',
};

/** @param {string[]} args */
async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  await ensurePackages();
  /** @type {Judged} */
  const judged = JSON.parse(await readFile(inRoot(JUDGED), 'utf8'));
  const found = await withLock('adapters', () => findAll(judged.adapters));
  if (args.includes('--write')) return write(judged, found);
  const faults = [
    ...coverage(judged),
    ...judged.adapters.flatMap((adapter) => faultsOf(adapter, membersIn(found, adapter))),
  ];
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) throw new Failure(`${faults.length} fault(s) against ${JUDGED}: npm run adapters -- --help`);
  const members = judged.adapters.flatMap(({ members }) => Object.keys(members));
  say(`adapters: ${judged.adapters.length} read ${members.length} members, each of them judged`);
}

/**
 * Adapter → member → where it is read.
 *
 * @param {Adapter[]} adapters
 * @returns {Promise<Found>}
 */
async function findAll(adapters) {
  const parser = join(await unpack('acorn', PARSER_LOCK), 'dist/acorn.mjs');
  const { parse } = await import(pathToFileURL(parser).href);
  const found = new Map();
  for (const adapter of adapters) {
    const { package: name, lock } = adapter;
    if (!pinned(name, lock)) throw new Failure(`${lock} does not pin ${name}, which ${JUDGED} judges`);
    const reads = find(await unpack(name, lock), adapter, parse);
    const members = new Map();
    for (const { member, at } of reads) members.set(member, [...(members.get(member) ?? []), at]);
    found.set(adapter, members);
  }
  return found;
}

/**
 * @param {Found} found
 * @param {Adapter} adapter
 */
const membersIn = (found, adapter) => found.get(adapter) ?? new Map();

/**
 * Each `{member, at}` of an adapter's sources: `names` are further names of places, by file.
 *
 * @param {string} folder
 * @param {Adapter} adapter
 * @param {import('./adapters/reads.mjs').Parse} parse
 * @returns {import('./adapters/reads.mjs').Read[]}
 */
function find(folder, { package: name, lock, sources, places = Object.values(NAMES), names = {} }, parse) {
  const looked = Object.entries(NAMES).filter(([, place]) => places.includes(place));
  const kind = lock.endsWith('.json') ? '.mjs' : '.py';
  const files = sources
    .flatMap((source) => filesOf(folder, source, name))
    .sort()
    .filter((file) => file.endsWith(kind));
  const list = files.map((file) => {
    return { path: join(folder, file), file, names: { ...Object.fromEntries(looked), ...names[file] } };
  });
  if (kind === '.mjs') {
    return list.flatMap(({ path, file, names: known }) => readsOf(parse, readFileSync(path, 'utf8'), file, known));
  }
  const reads = output(ensurePython(), [inRoot('scripts/adapters/reads.py')], { input: JSON.stringify(list) });
  if (reads === undefined) throw new Failure(`the sources of ${name} could not be read by scripts/adapters/reads.py`);
  return JSON.parse(reads);
}

/**
 * The sources at a path, which is a file or a folder of them.
 *
 * @param {string} folder
 * @param {string} source
 * @param {string} name
 */
function filesOf(folder, source, name) {
  const path = join(folder, source);
  if (!existsSync(path)) throw new Failure(`${name} has no ${source}, which ${JUDGED} names`);
  if (!statSync(path).isDirectory()) return [source];
  return readdirSync(path, { recursive: true }).map((file) => `${source}/${file}`.replaceAll('\\', '/'));
}

/**
 * Every backend has its adapters in the list.
 *
 * @param {Judged} judged
 */
const coverage = ({ backends: known }) =>
  backends()
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) => `examples/backends/${name}: no adapter of it is in ${JUDGED}`);

/**
 * @param {Adapter} adapter
 * @param {Map<string, string[]>} found
 */
function faultsOf({ package: name, version, lock, members }, found) {
  const of = `${name} ${version}`;
  const now = pinned(name, lock).version;
  const faults = now === version ? [] : [`${name}: ${lock} pins ${now}, but what was judged is ${version}`];
  for (const [member, at] of found) {
    if (!Object.hasOwn(members, member)) faults.push(`${of}: nobody has judged ${member}, which ${at[0]} reads`);
  }
  for (const [member, { verdict, test }] of Object.entries(members)) {
    if (!found.has(member)) faults.push(`${of}: ${member} is judged, but nothing reads it any more`);
    if (!VERDICTS.includes(verdict)) faults.push(`${of}: ${member} has no verdict`);
    if (!test || !existsSync(inRoot(test))) faults.push(`${of}: ${member} names no test that there is`);
  }
  return faults;
}

/**
 * Notes what was found: what was judged stays as it was.
 *
 * @param {Judged} judged
 * @param {Found} found
 */
async function write(judged, found) {
  const adapters = judged.adapters.map((adapter) => {
    const members = [...membersIn(found, adapter)].sort(([a], [b]) => (a < b ? -1 : 1));
    const { version } = pinned(adapter.package, adapter.lock);
    /**
     * @param {string} member
     * @param {string[]} at
     */
    const row = (member, at) => ({
      ...(adapter.members[member] ?? { verdict: '?', test: '?' }),
      at: at.slice(0, 3),
    });
    const rows = members.map(([member, at]) => [member, row(member, at)]);
    return { ...adapter, version, members: Object.fromEntries(rows) };
  });
  await writeFile(inRoot(JUDGED), `${JSON.stringify({ ...judged, adapters }, null, 2)}\n`);
  await run(packageBin('biome'), ['format', '--write', '--log-level=error', JUDGED]);
  say(`${JUDGED} says what was found: a verdict is missing where there is a "?"`);
}

await script(() => main(process.argv.slice(2)));
