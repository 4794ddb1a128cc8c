// @ts-check
// `copilotkit-gate explain`: runs a token through the gate's own pipeline, and prints the result of each step.

import { decide, validate } from './core.mjs';
import { about, ofSecrets } from './explain/about.mjs';
import { print } from './explain/report.mjs';
import { emptyInput, keySetFrom, timeFrom, tokenFrom } from './explain/request.mjs';
import { Failure } from './failure.mjs';
import { now, offline, online } from './host.mjs';
import { file } from './input.mjs';
import { readOptions } from './options.mjs';
import { PROJECT_OPTIONS, readProject } from './project.mjs';
import { json } from './terminal.mjs';

/** @typedef {import('./core.mjs').Facts} Facts */

export const help = `Usage: copilotkit-gate explain [TOKEN|-] [OPTION...]

Runs a token through the gate's own pipeline with the settings of an environment, and prints the result of each step: for a
refusal the exact reason, its basis and the remedy; for a pass the rule, the identity headers and the body that the upstream
would get. It also prints what the token looks like, its lifetime, and the line of the settings that keeps tokens of its kind
out. The token is read from standard input, or at a terminal from a prompt that does not show it.

  --env NAME         the environment (the top level)
  --config FILE      another configuration
  --keys FILE        the issuer's JWK Set
  --live             fetch the JWK Set from the issuer instead
  --operation NAME   the operation (info), e.g. agent/run, threads/list
  --agent ID         the agent (default)
  --thread ID        the thread (thread-1)
  --body FILE        the agent's input, instead of an empty one
  --at TIME          the time of the request: seconds since 1970, or a date such as 2026-11-25T12:00:00Z
  --no-token         decide about a request without a token
  --json             print one JSON object

Examples:
  pbpaste | copilotkit-gate explain - --env production --live
  copilotkit-gate mint --sub bob | copilotkit-gate explain - --keys jwks.json --operation agent/run --agent ops

Exit codes: 0 allowed, 1 refused, 2 cannot be decided.`;

/** @satisfies {import('node:util').ParseArgsOptionsConfig} */
const OPTIONS = {
  ...PROJECT_OPTIONS,
  keys: { type: 'string' },
  live: { type: 'boolean' },
  operation: { type: 'string', default: 'info' },
  agent: { type: 'string', default: 'default' },
  thread: { type: 'string', default: 'thread-1' },
  body: { type: 'string' },
  at: { type: 'string' },
  'no-token': { type: 'boolean' },
  json: { type: 'boolean' },
};

/** @param {string[]} args */
export async function run(args) {
  const { values, positionals } = readOptions({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length > 1) throw new Failure('give one token, or - for standard input', 2);
  const { environments } = await readProject({ ...values, env: values.env ?? '' });
  const { settings, missing } = environments[0];
  const at = values.at === undefined ? now() : timeFrom(values.at);
  const token = values['no-token'] ? undefined : await tokenFrom(positionals[0]);
  const request = {
    token,
    operation: values.operation,
    agent: values.agent,
    thread: values.thread,
    body: values.body ? file(values.body) : JSON.stringify(emptyInput(values.thread)),
    origin: 'https://gate.invalid',
  };
  const host = values.live ? online({ at }) : offline({ at, keySet: values.keys && keySetFrom(values.keys) });
  const told = await decide(settings, request, host);
  if (told.misconfigured) {
    const { setting, fault } = told.misconfigured;
    throw new Failure(`the settings are wrong, so the gate refuses every request: ${setting} ${fault}. Run check`, 2);
  }
  if (told.unknown_operation) {
    throw new Failure(`there is no operation "${values.operation}": ${told.unknown_operation.join(', ')}`, 2);
  }
  if (told.invalid) throw new Failure(`the request cannot be read: ${told.invalid}`, 2);
  // The core has decided, so the settings have no fault.
  const { facts } = /** @type {{facts: Facts}} */ (validate(settings));
  const lacksKeys = told.decision.reason === 'keys_unavailable' && !values.live;
  const seen =
    token === undefined
      ? undefined
      : {
          ...about(token, told.decision.reason),
          ...(await ofSecrets({ told, settings, facts, missing, request, host })),
        };
  if (values.json) console.log(json({ ...told, ...seen }, 2));
  else print({ told, token, seen, at, facts, settings, missing, lacksKeys });
  if (lacksKeys) {
    if (!values.json) console.error("✗ not decided: give the issuer's keys with --keys FILE, or let --live fetch them");
    return 2;
  }
  return told.decision.outcome === 'allow' ? 0 : 1;
}
