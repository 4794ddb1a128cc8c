// @ts-check
// What a stranger can do at a deployed gate, and at its origin without it. No request changes anything: they are GET,
// preflights, and the envelopes of `info` and of a list of threads.

import { ask, isLoopback, parsed, shown, skewOf } from './ask.mjs';

/** @typedef {'good' | 'open' | 'note'} Verdict */
/** @typedef {{verdict: Verdict, text: string, remedy?: string}} Found */
/** @typedef {Found & {check: string}} Finding */

/** More than a clock may be off: the gate's leeway for tokens is 30 s by default, and an assertion lives for 60 s. */
const MAX_SKEW_SECONDS = 20;
const JSON_HEADERS = { 'content-type': 'application/json' };
const INFO = { method: 'POST', headers: JSON_HEADERS, body: '{"method":"info"}' };
/** An origin that no ALLOWED_ORIGINS lists. */
const PAGE = 'https://copilotkit-gate-doctor.invalid';
/** A JWT without a signature. */
const FORGED = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJkb2N0b3IifQ.';

/**
 * The checks of a gate, by name. Each returns what it has found.
 *
 * @type {Record<string, (base: string) => Found[] | Promise<Found[]>>}
 */
const OF_GATE = { https, health, token, info, threads, events, cors, keys, clock };

/**
 * Everything that is found at the gate, whose base URL is `gate`, and at the runtime's base URL `origin`, if that is known.
 *
 * @param {{gate: string, origin?: string}} urls
 * @returns {Promise<Finding[]>}
 */
export async function examine({ gate, origin }) {
  const base = gate.replace(/\/$/, '');
  const all = Object.entries(OF_GATE).map(async ([check, look]) =>
    (await look(base)).map((found) => ({ check, ...found })),
  );
  const ofOrigin = origin
    ? await backDoor(origin.replace(/\/$/, ''), base)
    : unclear('the origin was not asked: name it with --origin, or its environment with --env');
  return [...(await Promise.all(all)).flat(), ...ofOrigin.map((found) => ({ check: 'origin', ...found }))];
}

/**
 * @param {string} text
 * @returns {Found[]}
 */
const good = (text) => [{ verdict: 'good', text }];
/**
 * @param {string} text
 * @param {string} remedy
 * @returns {Found[]}
 */
const open = (text, remedy) => [{ verdict: 'open', text, remedy }];
/**
 * @param {string} text
 * @returns {Found[]}
 */
const unclear = (text) => [{ verdict: 'note', text }];

/**
 * That nothing is open, which only answers can show.
 *
 * @param {import('./ask.mjs').Answer[]} answers
 * @param {string} text
 */
function closed(answers, text) {
  const missing = answers.find(({ status }) => status === 0);
  return missing ? unclear(`not known: ${shown(missing)}`) : good(text);
}

/** @param {string} base */
async function https(base) {
  const url = new URL(base);
  if (isLoopback(url.hostname)) return unclear('the gate is on this machine: HTTPS is not checked');
  if (url.protocol !== 'https:') {
    return open('the address is plain HTTP: anyone on the way can read tokens', 'use the address with https');
  }
  const plain = await ask(`${base.replace(/^https/, 'http')}/.gate/health`);
  if (plain.status === 0 || plain.status >= 300) return good('plain HTTP is refused or redirected');
  return open('the gate also answers over plain HTTP', 'turn on "Always Use HTTPS" for the zone');
}

/** @param {string} base */
async function health(base) {
  const answer = await ask(`${base}/.gate/health`);
  const status = parsed(answer)?.status;
  if (answer.status === 200 && status === 'ok') return good('the gate is healthy');
  if (answer.status === 200 && status === 'degraded')
    return unclear('a provider cannot be reached: docs/operate.md#health');
  return open(
    parsed(answer)?.error === 'misconfigured' ? 'the gate is misconfigured' : `no gate answers here: ${shown(answer)}`,
    'run copilotkit-gate check, and compare BASE_PATH with the route',
  );
}

/** @param {string} base */
async function token(base) {
  const answer = await ask(`${base}/info`, { headers: { authorization: `Bearer ${FORGED}` } });
  if (answer.status === 401 || answer.status === 0) return closed([answer], 'a forged token is refused');
  return open(
    `a forged token gets ${shown(answer)} for /info`,
    'a gate answers 401: see health, then find out what answers here',
  );
}

/** @param {string} base */
async function info(base) {
  const answers = [await ask(`${base}/info`), await ask(base, INFO)];
  const seen = answers.find(({ status }) => status === 200);
  if (!seen) return closed(answers, '/info is closed to strangers');
  const agents = Object.keys(parsed(seen)?.agents ?? {});
  const list = agents.length > 0 ? `: ${agents.slice(0, 5).join(', ')}` : '';
  return open(
    `strangers see /info, with ${agents.length} agent(s)${list}`,
    'check the rules with allow = "anyone", and ANONYMOUS',
  );
}

/** @param {string} base */
async function threads(base) {
  const path = '/threads?limit=1';
  const tunnel = JSON.stringify({ method: 'resource/request', params: { path, httpMethod: 'GET' } });
  const answers = [await ask(base + path), await ask(base, { ...INFO, body: tunnel })];
  if (!answers.some(({ status }) => status === 200)) return closed(answers, 'threads are closed to strangers');
  return open('strangers can list threads', 'find out what answers here: a gate never allows this');
}

/** @param {string} base */
async function events(base) {
  const answer = await ask(`${base}/cpk-debug-events`, { readsBody: false });
  if (answer.status !== 200) return closed([answer], 'the events of all runs are closed to strangers');
  return open(
    'strangers can listen to the events of all runs',
    'check the rules for cpk-debug-events with allow = "anyone"',
  );
}

/** @param {string} base */
async function cors(base) {
  const headers = { origin: PAGE };
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
  const answers = [
    await ask(`${base}/info`, { headers }),
    await ask(`${base}/info`, { method: 'OPTIONS', headers: { ...headers, ...preflight } }),
  ];
  const allowed = answers.map(({ headers: found }) => found?.get('access-control-allow-origin'));
  const found = allowed.find((value) => value === '*' || value === PAGE);
  if (!found) return closed(answers, 'pages of a site that is not listed cannot read answers');
  return open(
    `pages of any site can read answers: access-control-allow-origin is ${found}`,
    'check ALLOWED_ORIGINS, and what else adds CORS headers in front of the gate',
  );
}

/** @param {string} base */
async function keys(base) {
  const answer = await ask(`${base}/.gate/jwks.json`);
  if (answer.status === 0) return closed([answer], '');
  /** @type {({d?: unknown, k?: unknown} | null)[] | undefined} */
  const set = parsed(answer)?.keys;
  if (!Array.isArray(set)) {
    return unclear(
      'no assertion keys are published: the origin cannot verify that a request came from the gate (docs/origin.md)',
    );
  }
  if (set.some((key) => key?.d !== undefined || key?.k !== undefined)) {
    return open('a private key is published', 'replace the key at once: docs/deploy.md#rotate-secrets');
  }
  return good(`${set.length} public assertion key(s) are published`);
}

/** @param {string} base */
async function clock(base) {
  const answer = await ask(`${base}/.gate/health`);
  const skew = skewOf(answer);
  if (skew === undefined)
    return answer.status === 0 ? closed([answer], '') : unclear("the gate's answer has no Date header");
  if (Math.abs(skew) <= MAX_SKEW_SECONDS) return good("the gate's clock agrees with this machine's");
  return open(`the gate's clock differs by ${skew} s from this machine's`, 'correct the clock of this machine');
}

/**
 * The runtime, asked from here as anyone can.
 *
 * @param {string} origin
 * @param {string} base
 */
async function backDoor(origin, base) {
  const url = new URL(origin);
  const found = [];
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    found.push(...open('the gate reaches the origin over plain HTTP', 'use an ORIGIN_URL with https, or a tunnel'));
  }
  const byPath = await ask(`${origin}/info`);
  const answer = byPath.status === 404 || byPath.status === 405 ? await ask(origin, INFO) : byPath;
  const remedy = 'close it: docs/deploy.md#close-the-back-door';
  if (answer.status === 200) {
    const what = parsed(answer)?.agents
      ? 'a runtime answers without the gate: anyone can run its agents'
      : 'a server answers without the gate';
    found.push(...open(`${what} at ${origin}`, remedy));
  } else if (answer.status === 0) {
    found.push(...good(`the origin cannot be reached from here (${answer.why})`));
  } else if (answer.status === 401 || answer.status === 403) {
    found.push(...good(`the origin refuses strangers with ${answer.status}`));
  } else {
    found.push(...unclear(`the origin can be reached, and answers ${answer.status}: is this the runtime's base URL?`));
  }
  // A gate whose answers have no Date runs on this machine.
  const [skew, ofGate] = [skewOf(answer), skewOf(await ask(`${base}/.gate/health`)) ?? 0];
  if (skew !== undefined && Math.abs(skew - ofGate) > MAX_SKEW_SECONDS) {
    found.push(
      ...open(
        `the origin's clock differs by ${skew - ofGate} s from the gate's`,
        "correct the origin's clock: assertions are valid for 60 s",
      ),
    );
  }
  return found;
}
