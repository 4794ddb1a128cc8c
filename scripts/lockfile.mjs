#!/usr/bin/env node
// What package-lock.json must say: a digest for every package, and of no package where it is fetched from.

import { readFileSync } from 'node:fs';
import { inRoot } from './lib/paths.mjs';
import { Failure, asksForHelp, say, script } from './lib/say.mjs';

const HELP = `Usage: node scripts/lockfile.mjs

Fails if a package in package-lock.json has no integrity, or names the registry that it comes from: npm checks a package
against the one, and the other is the business of whoever installs it.`;

function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'));
  // The others are folders of this project.
  const others = Object.entries(packages).filter(([name, { link }]) => name.includes('node_modules/') && !link);
  const faults = others.flatMap(([name, { integrity, resolved }]) => [
    ...(integrity?.startsWith('sha512-') ? [] : [`${name} has no SHA-512 integrity`]),
    ...(resolved ? [`${name} says that it comes from ${resolved}`] : []),
  ]);
  for (const fault of faults) console.error(`package-lock.json: ${fault}`);
  if (faults.length > 0) throw new Failure(`${faults.length} fault(s) in package-lock.json`);
  say(`package-lock.json: ${others.length} packages with integrity`);
}

await script(() => main(process.argv.slice(2)));
