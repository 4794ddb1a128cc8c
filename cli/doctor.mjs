// @ts-check
// `copilotkit-gate doctor`: asks a deployed gate, and its origin without it, what is open.

import { parseArgs, styleText } from 'node:util';
import { examine } from './examine.mjs';
import { Failure } from './failure.mjs';
import { readProject } from './project.mjs';
import { json, visible } from './terminal.mjs';

const CHECKS = ['https', 'health', 'token', 'info', 'threads', 'events', 'cors', 'keys', 'clock', 'origin'];

export const help = `Usage: copilotkit-gate doctor URL [--origin URL | --env NAME] [--accept CHECK]... [--json]

Asks the gate whose base URL this is, as a stranger, and from this machine also its origin, and says what is open. It sends no
token but a forged one, and nothing that changes anything.

  --origin URL    the runtime's base URL, which should not answer without the gate
  --env NAME      takes it from this environment's ORIGIN_URL in wrangler.toml; '' is the top level
  --config FILE   another configuration
  --accept CHECK  what this check finds open is meant to be so; may be repeated
  --json          prints one JSON object

Checks: https (plain HTTP), health, token (a forged one), info (/info without a token), threads, events (everybody's runs), cors
(a made-up web origin), keys (of assertions), clock (by the field Date), origin (the back door).

Examples:
  copilotkit-gate doctor https://app.example.com/api/copilotkit --env production
  copilotkit-gate doctor https://app.example.com/api/copilotkit --origin https://runtime.example.com/api/copilotkit --accept info

Run it from outside your network: what it can reach, anybody can.

Exit codes: 0 nothing is open, 1 something is, 2 the arguments or the configuration cannot be read.`;

/** @satisfies {import('node:util').ParseArgsOptionsConfig} */
const OPTIONS = {
  origin: { type: 'string' },
  env: { type: 'string', short: 'e' },
  config: { type: 'string', short: 'c' },
  accept: { type: 'string', multiple: true, default: [] },
  json: { type: 'boolean' },
};

const MARKS = {
  good: styleText('green', '✓'),
  open: styleText('red', '✗'),
  accepted: styleText('yellow', '!'),
  note: styleText('dim', '–'),
};

/** @param {string[]} args */
export async function run(args) {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length !== 1) throw new Failure('name one URL: the base URL of the gate', 2);
  const gate = address('the gate', positionals[0]);
  const unknown = values.accept.find((check) => !CHECKS.includes(check));
  if (unknown !== undefined) throw new Failure(`there is no check "${unknown}": ${CHECKS.join(', ')}`, 2);
  const origin = await originOf(values);
  const found = (await examine({ gate, origin })).map((finding) => ({
    ...finding,
    accepted: finding.verdict === 'open' && values.accept.includes(finding.check),
  }));
  const isOpen = found.some(({ verdict, accepted }) => verdict === 'open' && !accepted);
  if (values.json) console.log(json({ gate, origin: origin ?? null, open: isOpen, findings: found }, 2));
  else for (const finding of found) print(finding);
  return isOpen ? 1 : 0;
}

/** @param {{origin?: string, env?: string, config?: string}} options */
async function originOf({ origin, env, config }) {
  if (origin !== undefined) return address('--origin', origin);
  if (env === undefined && config === undefined) return undefined;
  const { environments } = await readProject({ env: env ?? '', config });
  return address('ORIGIN_URL', environments[0].settings.vars.ORIGIN_URL);
}

/**
 * A base URL, without its query.
 *
 * @param {string} what
 * @param {string | undefined} text
 */
function address(what, text) {
  const url = URL.parse(text ?? '');
  if (url && /^https?:$/.test(url.protocol)) return url.origin + url.pathname;
  throw new Failure(`${what} is "${text}", but a URL is needed`, 2);
}

/** @param {import('./examine.mjs').Finding & {accepted: boolean}} finding */
function print({ check, verdict, text, remedy, accepted }) {
  console.log(`${accepted ? MARKS.accepted : MARKS[verdict]} ${check.padEnd(8)} ${visible(text)}`);
  if (verdict === 'open') console.log(`           ${accepted ? 'accepted' : `look at: ${remedy}`}`);
}
