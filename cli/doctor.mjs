// @ts-check
// `copilotkit-gate doctor`: finds what is open at a deployed gate, and at its origin without it.

import { styleText } from 'node:util';
import { examine } from './examine.mjs';
import { Failure } from './failure.mjs';
import { readOptions } from './options.mjs';
import { readProject } from './project.mjs';
import { json, visible } from './terminal.mjs';

const CHECKS = ['https', 'health', 'token', 'info', 'threads', 'events', 'cors', 'keys', 'clock', 'origin'];

export const help = `Usage: copilotkit-gate doctor URL [--origin URL | --env NAME] [--accept CHECK]... [--json]

Sends requests to a deployed gate as a stranger would, sends them to its origin directly as well, and reports what is open. URL
is the base URL of the gate. The only token that is sent is a forged one, and no request changes anything.

  --origin URL    the runtime's base URL, which should not answer without the gate
  --env NAME      takes it from ORIGIN_URL of this environment in wrangler.toml; '' is the top level
  --config FILE   another configuration
  --accept CHECK  accepts what this check finds open; may be repeated
  --json          prints one JSON object

Checks: https (plain HTTP), health, token (a forged one), info (/info without a token), threads (a list without a token), events
(of all runs, without a token), cors (an origin that is not listed), keys (the public keys of assertions), clock (the Date
header), origin (the runtime without the gate).

Examples:
  copilotkit-gate doctor https://app.example.com/api/copilotkit --env production
  copilotkit-gate doctor https://app.example.com/api/copilotkit --origin https://runtime.example.com/api/copilotkit --accept info

Run it from outside your network: anyone can reach what it reaches from there.

Exit codes: 0 nothing is open or all of it is accepted, 1 something is open, 2 the arguments or the configuration cannot be read.`;

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
  const { values, positionals } = readOptions({ args, options: OPTIONS, allowPositionals: true });
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
  throw new Failure(`${what} is "${text}", but a URL with http or https is needed`, 2);
}

/** @param {import('./examine.mjs').Finding & {accepted: boolean}} finding */
function print({ check, verdict, text, remedy, accepted }) {
  console.log(`${accepted ? MARKS.accepted : MARKS[verdict]} ${check.padEnd(8)} ${visible(text)}`);
  if (verdict === 'open') console.log(`           ${accepted ? 'accepted' : `remedy: ${remedy}`}`);
}
