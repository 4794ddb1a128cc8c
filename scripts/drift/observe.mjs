#!/usr/bin/env node
// @ts-check
// What a runtime answers and what a client sends, found by driving the packages in the `node_modules` of the folder that is the
// first argument. It is written as JSON to the file that is the second.

import { writeFileSync } from 'node:fs';
import { errors, info, threads } from './answers.mjs';
import { load } from './packages.mjs';
import { agui, client } from './requests.mjs';
import { envelopes, routes } from './routes.mjs';

const [, , folder, result] = process.argv;
const packages = await load(folder);
/** @type {import('./known.mjs').Behaviour} */
const found = {
  versions: packages.versions,
  routes: await routes(packages),
  envelopes: await envelopes(packages),
  info: await info(packages),
  threads: await threads(packages),
  errors: await errors(packages),
  client: await client(packages, 'auto'),
  singleClient: await client(packages, 'single'),
  agui: await agui(packages),
};
writeFileSync(result, JSON.stringify(found));
process.exit(0);
