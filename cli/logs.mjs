// @ts-check
// `copilotkit-gate logs`: decision lines as people read them.

import { createReadStream } from 'node:fs';
import { styleText } from 'node:util';
import { Failure } from './failure.mjs';
import { readOptions } from './options.mjs';
import { explained } from './reasons.mjs';
import { json, timeOf, visible } from './terminal.mjs';

export const help = `Usage: copilotkit-gate logs [FILE|-] [--user SUB] [--outcome allow|deny] [--reason NAME] [--request-id ID] [--json]

Reads decision lines from \`wrangler tail --format json\` on standard input, or from a file (or plain log lines, as
\`wrangler dev\` prints them), and prints time, user, operation, outcome and an explanation of the reason. Filters can be
combined. Lines that begin an object and cannot be read are counted on standard error.

  --user SUB         decisions about this user
  --outcome OUTCOME  allow or deny
  --reason NAME      the exact reason, e.g. token_expired
  --request-id ID    one request, by the request_id in pages and refusals
  --json             print the matching lines as JSON lines

Examples:
  npx wrangler tail --env production --format json | npx copilotkit-gate logs --outcome deny
  npx copilotkit-gate logs tail.json --request-id a6433526fb58e58f-00000001

Exit codes: 0, or 1 if --request-id was given and not found.`;

/** Longest object that is read, in UTF-16 code units: a hundred times what an event of `wrangler tail` has. */
const MAX_LENGTH = 4 * 1024 * 1024;
/** The end of an object over several lines, with the next object on its line. */
const BETWEEN_OBJECTS = /(?<=^\})(?=\{)/;

/** @satisfies {import('node:util').ParseArgsOptionsConfig} */
const OPTIONS = {
  user: { type: 'string' },
  outcome: { type: 'string' },
  reason: { type: 'string' },
  'request-id': { type: 'string' },
  json: { type: 'boolean' },
};

/** @param {string[]} args */
export async function run(args) {
  const { values, positionals } = readOptions({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length > 1) throw new Failure('give one file, or - for standard input', 2);
  if (values.outcome && !['allow', 'deny'].includes(values.outcome)) throw new Failure('--outcome is allow or deny', 2);
  const [path = '-'] = positionals;
  if (path === '-' && process.stdin.isTTY) {
    throw new Failure('standard input is a terminal: give a file, or pipe in `wrangler tail --format json`', 2);
  }
  const input = path === '-' ? process.stdin : createReadStream(path);
  let [found, unread] = [0, 0];
  const lost = (/** @type {number} */ lines) => {
    unread += lines;
  };
  try {
    for await (const line of decisions(input.setEncoding('utf8'), lost)) {
      if (!matches(line, values)) continue;
      found += 1;
      console.log(values.json ? json(line) : asText(line));
    }
  } catch (error) {
    if (error.code === undefined) throw error;
    throw new Failure(`${path} cannot be read: ${error.code}`, 2);
  }
  if (unread > 0) console.error(`${unread} line${unread > 1 ? 's' : ''} could not be read`);
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

/** @param {Record<string, any>} line */
function asText(line) {
  const { at, outcome, reason, status, operation, agent, sub, issuer, claim, method, path, request_id, report } = line;
  const time = at === undefined ? '' : `${visible(timeOf(at))}  `;
  const who = sub === undefined ? 'nobody known' : `${sub}${issuer ? ` (${issuer})` : ''}`;
  const unknown = path === undefined ? 'a request' : `${method} ${path}`;
  const what = operation === undefined ? unknown : `${operation}${agent ? ` of ${agent}` : ''}`;
  const verdict = outcome === 'allow' ? styleText('green', 'allow') : styleText('red', 'deny');
  const by = line.rule === undefined ? '' : ` by rule ${ruleOf(line)}`;
  const why = explained(reason);
  const decided = visible(`${status}  ${who}: ${what}  ${reason}${claim ? ` (${claim})` : ''}${by}`);
  const lines = [`${time}${verdict} ${decided}  ${styleText('dim', visible(request_id ?? ''))}`];
  if (reason !== 'ok' && why) lines.push(`    ${why.means}. ${why.basis}. To change: ${why.change}`);
  if (report) lines.push(visible(`    rule ${ruleOf(report)} would ${report.outcome}: ${report.reason}`));
  return lines.join('\n');
}

/**
 * The position of a rule, with its name where it has one.
 *
 * @param {{rule?: number, rule_name?: string}} line
 */
const ruleOf = ({ rule, rule_name }) => (rule_name === undefined ? rule : `${rule} (${rule_name})`);

/**
 * Every decision in a stream: of `wrangler tail`, whose events contain log messages, or of plain lines.
 *
 * @param {AsyncIterable<string>} stream
 * @param {(lines: number) => void} lost is told of lines that could not be read
 */
async function* decisions(stream, lost) {
  for await (const value of values(stream, lost)) {
    if (value.event === 'decision') yield value;
    for (const { message, timestamp } of Array.isArray(value.logs) ? value.logs.filter(Boolean) : []) {
      for (const text of [message].flat()) {
        const line = parsed(text);
        if (line?.event === 'decision') yield { ...line, at: timestamp };
      }
    }
  }
}

/**
 * The JSON objects in a stream. Each begins at the start of a line and ends with a line, which may be the same, or at the
 * start of the next one; text around them is skipped. What is inside an object is indented, so another `{` at the start of a
 * line means that the object before it is broken.
 *
 * @param {AsyncIterable<string>} stream
 * @param {(lines: number) => void} lost
 * @returns {AsyncGenerator<Record<string, any>>}
 */
async function* values(stream, lost) {
  /** @type {string[]} */
  let open = [];
  let length = 0;
  const giveUp = () => {
    if (open.length > 0) lost(open.length);
    [open, length] = [[], 0];
  };
  for await (const line of lines(stream, lost)) {
    if (line.startsWith('{')) giveUp();
    else if (open.length === 0) continue;
    open.push(line);
    length += line.length;
    if (length > MAX_LENGTH) giveUp();
    else if (open.length === 1 || line.startsWith('}')) {
      const value = parsed(open.join('\n'));
      if (!value) continue;
      [open, length] = [[], 0];
      yield value;
    }
  }
  giveUp();
}

/**
 * The lines of a stream; those that are too long are lost. A line that ends an object and begins another is two.
 *
 * @param {AsyncIterable<string>} stream
 * @param {(lines: number) => void} lost
 * @returns {AsyncGenerator<string>}
 */
async function* lines(stream, lost) {
  let [text, isTooLong] = ['', false];
  for await (const chunk of stream) {
    const [first, ...rest] = chunk.split('\n');
    text += first;
    for (const next of rest) {
      if (!isTooLong) yield* text.replace(/^\ufeff/, '').split(BETWEEN_OBJECTS);
      [text, isTooLong] = [next, false];
    }
    if (text.length > MAX_LENGTH) {
      if (!isTooLong) lost(1);
      [text, isTooLong] = ['', true];
    }
  }
  if (!isTooLong) yield* text.split(BETWEEN_OBJECTS);
}

/**
 * @param {string} text
 * @returns {Record<string, any> | undefined}
 */
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}
