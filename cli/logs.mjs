// @ts-check
// `copilotkit-gate logs`: decision lines as people read them.

import { createReadStream } from 'node:fs';
import { parseArgs, styleText } from 'node:util';
import { Failure } from './failure.mjs';
import { explained } from './reasons.mjs';

export const help = `Usage: copilotkit-gate logs [FILE|-] [--user SUB] [--outcome allow|deny] [--reason NAME] [--request-id ID] [--json]

Reads decision lines from \`wrangler tail --format json\` on standard input, or from a file (or plain log lines, as
\`wrangler dev\` prints them), and prints time, user, operation, outcome and an explanation of the reason. Filters can be
combined.

  --user SUB         decisions about this user
  --outcome OUTCOME  allow or deny
  --reason NAME      the exact reason, e.g. token_expired
  --request-id ID    one request, by the request_id in pages and refusals
  --json             print the matching lines as JSON lines

Examples:
  npx wrangler tail --env production --format json | npx copilotkit-gate logs --outcome deny
  npx copilotkit-gate logs tail.json --request-id a6433526fb58e58f-00000001

Exit codes: 0, or 1 if --request-id was given and not found.`;

/** @satisfies {import('node:util').ParseArgsOptionsConfig} */
const OPTIONS = {
  user: { type: 'string' },
  outcome: { type: 'string' },
  reason: { type: 'string' },
  'request-id': { type: 'string' },
  json: { type: 'boolean' },
};

export async function run(args) {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length > 1) throw new Failure('give one file, or - for standard input', 2);
  if (values.outcome && !['allow', 'deny'].includes(values.outcome)) throw new Failure('--outcome is allow or deny', 2);
  const [path = '-'] = positionals;
  if (path === '-' && process.stdin.isTTY) {
    throw new Failure('standard input is a terminal: give a file, or pipe in `wrangler tail --format json`', 2);
  }
  const input = path === '-' ? process.stdin : createReadStream(path);
  let found = 0;
  try {
    for await (const line of decisions(input.setEncoding('utf8'))) {
      if (!matches(line, values)) continue;
      found += 1;
      console.log(values.json ? JSON.stringify(line) : asText(line));
    }
  } catch (error) {
    if (error.code === undefined) throw error;
    throw new Failure(`${path} cannot be read: ${error.code}`, 2);
  }
  if (found === 0) console.error('no decision matches');
  return found === 0 && values['request-id'] ? 1 : 0;
}

/**
 * @param {Record<string, unknown>} line
 * @param {{user?: string, outcome?: string, reason?: string, 'request-id'?: string}} wanted
 */
const matches = (line, { user, outcome, reason, 'request-id': id }) =>
  (user === undefined || line.sub === user) &&
  (outcome === undefined || line.outcome === outcome) &&
  (reason === undefined || line.reason === reason) &&
  (id === undefined || line.request_id === id);

function asText(line) {
  const { at, outcome, reason, status, operation, agent, sub, issuer, claim, request_id, report } = line;
  const time = at === undefined ? '' : `${new Date(at).toISOString()}  `;
  const who = sub === undefined ? 'nobody known' : `${sub}${issuer ? ` (${issuer})` : ''}`;
  const what = operation === undefined ? 'a request' : `${operation}${agent ? ` of ${agent}` : ''}`;
  const verdict = outcome === 'allow' ? styleText('green', 'allow') : styleText('red', 'deny');
  const by = line.rule === undefined ? '' : ` by rule ${ruleOf(line)}`;
  const why = explained(reason);
  const lines = [
    `${time}${verdict} ${status}  ${who}: ${what}  ${reason}${claim ? ` (${claim})` : ''}${by}  ${styleText('dim', request_id ?? '')}`,
  ];
  if (reason !== 'ok' && why) lines.push(`    ${why.means}. ${why.basis}. To change: ${why.change}`);
  if (report) lines.push(`    rule ${ruleOf(report)} would ${report.outcome}: ${report.reason}`);
  return lines.join('\n');
}

/** The position of a rule, with its name where it has one. */
const ruleOf = ({ rule, rule_name }) => (rule_name === undefined ? rule : `${rule} (${rule_name})`);

/** Every decision in a stream: of `wrangler tail`, whose events contain log messages, or of plain lines. */
async function* decisions(stream) {
  for await (const value of values(stream)) {
    if (value.event === 'decision') yield value;
    for (const { message, timestamp } of Array.isArray(value.logs) ? value.logs : []) {
      for (const text of [message].flat()) {
        const line = parsed(text);
        if (line?.event === 'decision') yield { ...line, at: timestamp };
      }
    }
  }
}

/** The JSON objects in a stream, one after the other, over however many lines each; text around them is skipped. */
async function* values(stream) {
  let [text, depth, start, inString, escaped] = ['', 0, 0, false, false];
  for await (const chunk of stream) {
    let at = text.length;
    text += chunk;
    for (; at < text.length; at += 1) {
      const char = text[at];
      if (inString) {
        if (escaped) escaped = false;
        else if (char === '\\') escaped = true;
        else if (char === '"') inString = false;
      } else if (depth > 0 && char === '"') inString = true;
      else if (char === '{') {
        // Between objects, an object starts only at the start of a line.
        if (depth === 0 && at > 0 && text[at - 1] !== '\n') continue;
        if (depth === 0) start = at;
        depth += 1;
      } else if (char === '}' && depth > 0) {
        depth -= 1;
        if (depth > 0) continue;
        const value = parsed(text.slice(start, at + 1));
        text = text.slice(at + 1);
        at = -1;
        if (value) yield value;
      }
    }
  }
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}
