// @ts-check
// What differs between what the gate knows and what was found, and what to change for it.

/** @typedef {import('./known.mjs').Behaviour} Behaviour */
/** @typedef {import('./known.mjs').Route} Route */
/** @typedef {import('./known.mjs').Sent} Sent */
/** @typedef {import('./known.mjs').Shape} Shape */
/** @typedef {{what: string, known: string, found: string, change: string}} Difference */

const ROUTE = 'CONTRIBUTING.md, "How to add an operation"; until then OPERATIONS';
const CHANGES = {
  envelopes: 'the column `envelope` in src/call/operations.rs, and src/call/envelope.rs',
  info: 'src/outbound/info.rs: does it name an agent, or promise what a rule may deny?',
  threads: 'src/outbound/answer.rs: does it name a thread or its owner?',
  errors: 'src/gate.rs (`check_dialect`), docs/client.md ("Showing refusals")',
  headers: 'src/browser/cors.rs (preflight), src/wire/client_fields.rs',
  query: 'the column `query` in src/call/operations.rs: does it name an agent or a thread?',
  body: 'src/call/body/: does a backend trust it? docs/origin.md ("Members of a body")',
  forwardedProps: 'src/call/body/properties.rs and docs/origin.md ("Members of forwardedProps that pass by default")',
  request: 'src/call/operations.rs: is it an operation that the gate knows?',
};
const CLIENTS = /** @type {const} */ ([
  ['client', "CopilotKit's client"],
  ['singleClient', "CopilotKit's client of envelopes"],
  ['agui', "AG-UI's client"],
]);
const PARTS = /** @type {const} */ (['headers', 'query', 'body', 'forwardedProps']);
const NOTHING = '–';
/** What a known name ends in that some versions do not have. */
const OPTIONAL = '?';

/**
 * All differences, in the order of what they concern.
 *
 * @param {Behaviour} known
 * @param {Behaviour} found
 * @returns {Difference[]}
 */
export function differences(known, found) {
  return [
    ...routes(known.routes, found.routes),
    ...sets('methods of envelopes', known.envelopes, found.envelopes, CHANGES.envelopes),
    ...shapes('GET /info', known.info, found.info, CHANGES.info),
    ...shapes('GET /threads', known.threads, found.threads, CHANGES.threads),
    ...maps(known.errors, found.errors, (name, a, b) => shapes(`the answer to ${name}`, a, b, CHANGES.errors)),
    ...CLIENTS.flatMap(([client, title]) =>
      maps(known[client], found[client], (request, a, b) => requests(`${title}, ${request}`, a, b)),
    ),
  ];
}

/**
 * The table of differences, in Markdown.
 *
 * @param {Difference[]} differences
 */
export function tableOf(differences) {
  /** @param {Difference} difference */
  const cells = ({ what, known, found, change }) =>
    [what, known, found, change].map((text) => text.replaceAll('|', '\\|'));
  const rows = differences.map((difference) => `| ${cells(difference).join(' | ')} |`);
  return ['| what | the gate knows | found | look at |', '|---|---|---|---|', ...rows].join('\n');
}

/**
 * @param {Route[]} known
 * @param {Route[]} found
 * @returns {Difference[]}
 */
function routes(known, found) {
  const byPath = (/** @type {Route[]} */ all) =>
    Object.fromEntries(all.map((route) => [`${route.name} ${route.path}`, route]));
  return maps(byPath(known), byPath(found), (name, a, b) => {
    const [before, now] = [a?.methods.join(', ') ?? NOTHING, b?.methods.join(', ') ?? NOTHING];
    return before === now ? [] : [{ what: `route ${name}`, known: before, found: now, change: ROUTE }];
  });
}

/**
 * @param {string} what
 * @param {Sent | undefined} known
 * @param {Sent | undefined} found
 * @returns {Difference[]}
 */
function requests(what, known, found) {
  if (!known || !found) return [absence(what, known, found, CHANGES.request)];
  return PARTS.flatMap((part) => sets(`${what}: ${part}`, known[part], found[part], CHANGES[part]));
}

/**
 * @param {string} what
 * @param {Shape | undefined} known
 * @param {Shape | undefined} found
 * @param {string} change
 * @returns {Difference[]}
 */
function shapes(what, known, found, change) {
  if (!known || !found) return [absence(what, known, found, change)];
  const status = { what: `${what}: status`, known: `${known.status}`, found: `${found.status}`, change };
  return [
    ...(known.status === found.status ? [] : [status]),
    ...maps(known.members, found.members, (member, a = NOTHING, b = NOTHING) =>
      a === b ? [] : [{ what: `${what}: \`${member}\``, known: a, found: b, change }],
    ),
  ];
}

/**
 * @param {string} what
 * @param {string[]} known
 * @param {string[]} found
 * @param {string} change
 * @returns {Difference[]}
 */
function sets(what, known, found, change) {
  const gone = known.filter((each) => !each.endsWith(OPTIONAL) && !found.includes(each));
  const fresh = found.filter((each) => !known.includes(each) && !known.includes(each + OPTIONAL));
  const list = (/** @type {string[]} */ names) =>
    names.length === 0 ? NOTHING : names.map((name) => `\`${name}\``).join(', ');
  return gone.length + fresh.length === 0 ? [] : [{ what, known: list(gone), found: list(fresh), change }];
}

/**
 * @param {string} what
 * @param {object | undefined} known
 * @param {object | undefined} found
 * @param {string} change
 * @returns {Difference}
 */
const absence = (what, known, found, change) => ({
  what,
  known: known ? 'there' : NOTHING,
  found: found ? 'there' : NOTHING,
  change,
});

/**
 * What `compare` returns for each name that either map has.
 *
 * @template Value
 * @param {Record<string, Value>} known
 * @param {Record<string, Value>} found
 * @param {(name: string, known: Value | undefined, found: Value | undefined) => Difference[]} compare
 */
function maps(known, found, compare) {
  const names = new Set([...Object.keys(known), ...Object.keys(found)]);
  return [...names].flatMap((name) => compare(name, known[name], found[name]));
}
