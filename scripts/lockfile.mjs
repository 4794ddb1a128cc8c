#!/usr/bin/env node
// @ts-check
// The requirements on a package-lock.json: a digest for every package, and no address of a registry.

import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { backends, exampleOf } from './lib/backends.mjs';
import { APPS, appOf } from './lib/examples.mjs';
import { ROOT } from './lib/paths.mjs';
import { issuerOf, provenProviders } from './lib/providers.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';

const HELP = `Usage: node scripts/lockfile.mjs

Fails if a package in a package-lock.json, this project's, an example's or an issuer's, has no integrity or has the address of a registry:
npm checks packages against their integrity, and each user chooses a registry.`;

/** @param {string[]} args */
function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const folders = [ROOT, ...APPS.map(appOf), ...backends().map(exampleOf), ...provenProviders().map(issuerOf)];
  const paths = folders.map((folder) => `${folder}/package-lock.json`).filter((path) => existsSync(path));
  const faults = paths.flatMap((path) => faultsOf(path).map((fault) => `${relative(ROOT, path)}: ${fault}`));
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) throw new Failure(`${faults.length} fault(s) in lock files`);
  say(`${paths.length} lock files: every package with integrity`);
}

/** @param {string} path */
function faultsOf(path) {
  const { packages } = JSON.parse(readFileSync(path, 'utf8'));
  // The others are folders of this project, or in the archive of a package, whose digest includes them.
  const others = Object.entries(packages).filter(
    ([name, { link, inBundle }]) => name.includes('node_modules/') && !link && !inBundle,
  );
  return others.flatMap(([name, { integrity, resolved }]) => [
    ...(integrity?.startsWith('sha512-') ? [] : [`${name} has no SHA-512 integrity`]),
    ...(resolved ? [`${name} says that it comes from ${resolved}`] : []),
  ]);
}

await script(() => main(process.argv.slice(2)));
