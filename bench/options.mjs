// @ts-check
// What the command line asks for.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BUILD, NAMED_BUILD, inRoot } from '../scripts/lib/paths.mjs';
import { Failure } from '../scripts/lib/say.mjs';
import { SCRIPTS, VARIANTS } from './contenders.mjs';
import { WORKLOADS } from './workloads.mjs';

export const HELP = `Usage: npm run bench [-- OPTION...]

Builds the gate and measures it in workerd beside contenders in JavaScript: a Worker that checks nothing, one that also
writes a log line, gates on jose and on hono's jwk middleware that verify a token, and a gate on jose with all duties of
this one. Measures CPU time per request, requests per second, start-up, size and memory, and writes bench/results.json
and bench/results.svg. It takes about ten minutes. Use an idle machine for times; ratios are reliable on a busy one, too.

  --quick              measures roughly, in a minute and a half, and leaves out memory
  --only ROW,…         measures only these workloads: ${WORKLOADS.map(({ id }) => id).join(', ')}
  --builds NAME=FOLDER,…
                       also measures other builds of the gate, in the same rounds as this checkout's (\`ours\`); to
                       compare a change, keep a copy of the build/ before it: --builds before=/tmp/before
  --contenders NAME,…  measures only these: ${[...SCRIPTS, 'ours', ...Object.keys(VARIANTS)].join(', ')}, and
                       the names in --builds
  --out FOLDER         writes the results there; without it, --quick, --only, --builds and --contenders print their
                       results and do not keep them
  --profile            instead writes a V8 CPU profile of the gate, or of --contenders, for each workload into
                       target/bench/; builds the gate with the names of its functions into build-names/
  --perf               the same for the whole process, workerd included, with Linux's perf, in µs per request
  --uploads            measures only resident memory around uploads that are reset or stall, in about a minute
  --streams            measures only the first event and the memory of streams whose events are filtered

  GATE_BUILD           a folder with a built Worker to measure as \`ours\` instead of this checkout's`;

/**
 * `builds`: folders of the gate's builds by contender's name, `ours` among them. `contenders`: the names of all who are
 * measured. `isWhole`: nothing was left out and nothing added, so that the results are those to be kept.
 *
 * @typedef {{
 *   workloads: import('./workloads.mjs').Workload[], contenders: string[], builds: Record<string, string>, partly: boolean,
 *   isWhole: boolean, quick?: boolean, profile?: string, uploads?: boolean, streams?: boolean, out?: string,
 * }} Options
 * @param {string[]} args
 * @returns {Options}
 */
export function parse(args) {
  const rest = [...args];
  /** @type {Options} */
  const options = { workloads: WORKLOADS, contenders: [], builds: {}, partly: false, isWhole: false };
  /** @type {Record<string, string>} */
  const builds = {};
  /** @type {string[] | undefined} */
  let chosen;
  while (rest.length > 0) {
    const option = rest.shift();
    if (option === '--quick') options.quick = true;
    else if (option === '--profile' || option === '--perf') options.profile = option.slice(2);
    else if (option === '--uploads') options.uploads = true;
    else if (option === '--streams') options.streams = true;
    else if (option === '--only') options.workloads = list(rest.shift()).map(workload);
    else if (option === '--builds') Object.assign(builds, Object.fromEntries(list(rest.shift()).map(build)));
    else if (option === '--contenders') chosen = list(rest.shift());
    else if (option === '--out' && rest.length > 0) options.out = resolve(String(rest.shift()));
    else throw new Failure(`there is no option "${option}": see --help`);
  }
  // A profile says more with the names of the functions.
  const own = options.profile ? NAMED_BUILD : BUILD;
  options.builds = { ours: resolve(process.env.GATE_BUILD || own), ...builds };
  const contenders = [...SCRIPTS, 'ours', ...Object.keys(VARIANTS), ...others(options.builds)];
  const unknown = chosen?.find((name) => !contenders.includes(name));
  if (unknown !== undefined) throw new Failure(`there is no contender "${unknown}", only ${contenders.join(', ')}`);
  // Where time is lost is asked of the gate, unless somebody else is named.
  const wanted = chosen ?? (options.profile ? ['ours'] : contenders);
  options.contenders = contenders.filter((name) => wanted.includes(name));
  options.partly = options.workloads !== WORKLOADS || chosen !== undefined;
  const variants = Object.keys(VARIANTS);
  /** @param {[string, string]} build */
  const isUsed = ([name]) => [name, ...(name === 'ours' ? variants : [])].some((each) => wanted.includes(each));
  options.builds = Object.fromEntries(Object.entries(options.builds).filter(isUsed));
  options.isWhole = !options.quick && !options.partly && others(options.builds).length === 0;
  if (options.isWhole) options.out ??= inRoot('bench');
  return options;
}

/** @param {Record<string, string>} builds */
export const others = (builds) => Object.keys(builds).filter((name) => name !== 'ours');

/** @returns {string[]} */
const list = (text = '') => text.split(',');

/** @param {string} id */
function workload(id) {
  const found = WORKLOADS.find((each) => each.id === id);
  if (!found) throw new Failure(`there is no workload "${id}": see --help`);
  return found;
}

/**
 * @param {string} pair
 * @returns {[name: string, folder: string]}
 */
function build(pair) {
  const [, name, folder] = /^([a-z][a-z0-9-]*)=(.+)$/.exec(pair) ?? [];
  if (!name || name === 'ours' || name in VARIANTS || SCRIPTS.includes(name)) {
    throw new Failure(`"${pair}" is not a build: write NAME=FOLDER, with a name that no other contender has`);
  }
  if (!existsSync(join(folder, 'index.js'))) throw new Failure(`there is no built Worker in ${folder}`);
  return [name, resolve(folder)];
}
