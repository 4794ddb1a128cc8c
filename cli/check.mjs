// @ts-check
// `copilotkit-gate check`: checks the settings of each environment with the parser of the Worker itself.

import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { adviceFor, notesFor } from './advice.mjs';
import { NAMES as BACKENDS, adviceForBackend, backendOf } from './backends.mjs';
import { validate } from './core.mjs';
import { Failure } from './failure.mjs';
import { listed } from './help.mjs';
import { askIssuers, printIssuers } from './live.mjs';
import { locator } from './locate.mjs';
import { readOptions } from './options.mjs';
import { PROJECT_OPTIONS, readProject } from './project.mjs';
import { json, visible } from './terminal.mjs';

/** @typedef {{line?: number}} Placed */
/**
 * What `check` found in an environment.
 *
 * @typedef {{
 *   environment: string | null, label: string, faults: (import('./core.mjs').Fault & Placed)[],
 *   advice: (import('./advice.mjs').Advice & Placed)[], notes: {note: string, text: string}[],
 *   issuers?: import('./live.mjs').Asked[],
 * }} Report
 */

export const help = `Usage: copilotkit-gate check [--env NAME] [--config FILE] [--backend NAME] [--live] [--json]

Reads wrangler.toml or wrangler.jsonc as wrangler does, checks every environment with the gate's own parser, and lists the
faults that would close the gate, and advice. It checks the names of secrets, also the values of those in .dev.vars, and never
shows a value.

  --env NAME     only this environment; '' is the top level
  --config FILE  another configuration
  --backend NAME advise where the settings differ from those that the page of a backend says:
                 ${listed(BACKENDS, 17)};
                 NAME.2 is the page's second way, NAME any of them
  --live         ask each issuer for its metadata and keys, and list the keys that the gate would use
  --json         print one JSON object

Examples:
  copilotkit-gate check
  copilotkit-gate check --env production --live

Exit codes: 0 sound, 1 faults, 2 the configuration cannot be read.`;

/** @satisfies {import('node:util').ParseArgsOptionsConfig} */
const OPTIONS = {
  ...PROJECT_OPTIONS,
  backend: { type: 'string' },
  live: { type: 'boolean' },
  json: { type: 'boolean' },
};

/** @param {string[]} args */
export async function run(args) {
  const { values } = readOptions({ args, options: OPTIONS });
  const backend = values.backend === undefined ? undefined : backendOf(values.backend);
  const project = await readProject(values);
  refuseNameless(values.env, project.names);
  const lineOf = locator(project.path, readFileSync(project.path, 'utf8'));
  const reports = [];
  for (const environment of project.environments) {
    const verdict = validate(environment.settings);
    /** @type {<Item extends {setting?: string}>(items: Item[]) => (Item & Placed)[]} */
    const placed = (items) =>
      items.map((item) => ({
        ...item,
        line: item.setting === undefined ? undefined : lineOf(item.setting, environment.name),
      }));
    reports.push({
      environment: environment.name ?? null,
      label: environment.label,
      faults: placed(verdict.faults),
      advice: placed([
        ...adviceFor(environment, verdict),
        ...(backend && verdict.facts ? adviceForBackend(backend, environment) : []),
      ]),
      notes: notesFor(environment, verdict),
      ...(values.live && verdict.facts && { issuers: await askIssuers(environment.settings, verdict.facts) }),
    });
  }
  const isSound = reports.every(
    ({ faults, issuers = [] }) => faults.length === 0 && issuers.every(({ fault }) => !fault),
  );
  if (values.json) {
    console.log(json({ config: project.shownPath, sound: isSound, environments: reports }, 2));
  } else {
    for (const report of reports) print(report, project.shownPath);
  }
  return isSound ? 0 : 1;
}

/**
 * As wrangler's build command: where there are environments to deploy, the top level is for this machine.
 *
 * @param {string | undefined} env
 * @param {string[]} names
 */
function refuseNameless(env, names) {
  // wrangler names its command: `dev`, `deploy`, `versions upload`.
  const deploys = /^(deploy|versions)/.test(process.env.WRANGLER_COMMAND ?? '');
  if (!deploys || env !== '' || names.length === 0) return;
  const known = names.map((name) => `--env ${name}`).join(', ');
  throw new Failure(`the top level is for \`wrangler dev\` and is not deployed: name an environment (${known})`);
}

/**
 * @param {Report} report
 * @param {string} file
 */
function print({ label, faults, advice, notes, issuers }, file) {
  const verdict =
    faults.length === 0
      ? styleText('green', '✓ sound')
      : styleText('red', `✗ ${faults.length} fault${faults.length > 1 ? 's' : ''}`);
  console.log(`${styleText('bold', label)}  ${verdict}`);
  for (const { setting, fault, remedy, line } of faults) {
    console.log(`  ${styleText('red', '✗')} ${visible(`${setting} ${fault}`)}${place(file, line)}`);
    console.log(`    right: ${visible(remedy)}`);
  }
  for (const { text, line } of advice)
    console.log(`  ${styleText('yellow', '!')} ${visible(text)}${place(file, line)}`);
  for (const { text } of notes) console.log(`  ${styleText('dim', '–')} ${visible(text)}`);
  if (issuers) printIssuers(issuers);
  console.log('');
}

/**
 * @param {string} file
 * @param {number | undefined} line
 */
const place = (file, line) => (line === undefined ? '' : styleText('dim', `  (${file}:${line})`));
