// @ts-check
// The backends that have a page: the settings that it says, for `init` to write and `check` to compare. backends.json is
// written from the pages.

import { readFileSync } from 'node:fs';
import { isTable } from './config-file.mjs';
import { Failure } from './failure.mjs';

/**
 * The settings of one block of a page.
 *
 * @typedef {{
 *   about: string, secrets?: import('./secrets.mjs').Name[],
 *   vars: Record<string, unknown> & {IDENTITY?: Record<string, string>, IDENTITY_BODY?: Record<string, string>},
 * }} Way
 */
/** @typedef {{name: string, ways: Way[]}} Backend */
/** @typedef {ReturnType<typeof backendOf>} Chosen */

/**
 * By the name of their page.
 *
 * @type {Record<string, Backend>}
 */
export const BACKENDS = JSON.parse(readFileSync(new URL('backends.json', import.meta.url), 'utf8'));

/**
 * What a setting is where a page does not name it.
 *
 * @type {Record<string, unknown>}
 */
const DEFAULTS = { FORWARD_AUTHORIZATION: 'keep', ORIGIN_MODE: 'multi-route' };

/**
 * The identity headers of the claims that pages name.
 *
 * @type {Record<string, string>}
 */
const HEADERS = { sub: 'x-user-id', role: 'x-user-role' };

/** Members of a rule that say whom and what it is about, which is the deployer's to say. */
const OWN_MEMBERS = ['name', 'agents', 'operations', 'allow', 'require', 'limit', 'mode'];

/** What `--backend` may be, for help texts. */
export const NAMES = Object.keys(BACKENDS);

/**
 * What `--backend NAME` or `--backend NAME.2` means; without a number, all ways.
 *
 * @param {string} text
 */
export function backendOf(text) {
  const [name, number] = text.split('.');
  if (!Object.hasOwn(BACKENDS, name)) throw new Failure(`there is no backend "${name}": ${NAMES.join(', ')}`, 2);
  const { name: title, ways } = BACKENDS[name];
  const chosen = number === undefined ? ways : ways.slice(Number(number) - 1, Number(number));
  if (!(chosen.length > 0) || (number !== undefined && !/^[1-9]\d*$/.test(number))) {
    throw new Failure(`docs/backends/${name}.md has ${ways.length} way(s): ${numbered(name, ways)}`, 2);
  }
  return {
    name,
    title,
    page: `docs/backends/${name}.md`,
    ways: chosen,
    others: number === undefined ? ways.slice(1) : [],
  };
}

/**
 * @param {string} name
 * @param {Way[]} ways
 */
const numbered = (name, ways) => ways.map((_, index) => `${name}.${index + 1}`).join(', ');
/** @param {string} about */
const sentence = (about) => (about ? ` ${about}.` : '');

/**
 * What `init` writes: the settings of the first way, with the claims of the provider's identity headers.
 *
 * @param {Chosen} backend
 * @param {Record<string, unknown>} [identity] the provider's
 */
export function settingsFor({ name, title, page, ways: [way] }, identity = {}) {
  const { IDENTITY, IDENTITY_BODY, ...vars } = way.vars;
  /** @param {string} claim */
  const claimOf = (claim) => {
    const header = HEADERS[claim];
    const own = header && identity[header];
    return typeof own === 'string' ? own : claim;
  };
  const body = IDENTITY_BODY && Object.entries(IDENTITY_BODY).map(([pointer, claim]) => [pointer, claimOf(claim)]);
  const others = BACKENDS[name].ways.filter((other) => other !== way);
  return {
    note: [
      `Backend: ${title} (${page}).${sentence(way.about)}`,
      ...others.map(({ about }) => `Another way is in the page.${sentence(about)}`),
    ].join('\n'),
    vars: { ...vars, ...(body && { IDENTITY_BODY: Object.fromEntries(body) }) },
    identity: IDENTITY,
    secrets: way.secrets ?? [],
  };
}

/**
 * Advice where the settings differ from each way of the backend's page: what differs from the nearest.
 *
 * @param {Chosen} backend
 * @param {import('./project.mjs').Environment} environment
 * @returns {import('./advice.mjs').Advice[]}
 */
export function adviceForBackend({ title, page, ways }, { settings: { vars } }) {
  const all = ways.map((way) => differences(way, vars));
  const nearest = all.reduce((best, each) => (each.length < best.length ? each : best));
  return nearest.map(({ setting, text }) => ({
    advice: 'backend',
    setting,
    text: `${setting} ${text} for ${title}, as ${page} says`,
  }));
}

/**
 * @param {Way} way
 * @param {Record<string, unknown>} vars
 * @returns {{setting: string, text: string}[]}
 */
function differences({ vars: wanted, secrets = [] }, vars) {
  const found = Object.entries({ ...DEFAULTS, ...wanted }).flatMap(([setting, value]) => {
    const text = difference(setting, value, parsed(vars[setting]) ?? DEFAULTS[setting]);
    return text ? [{ setting, text }] : [];
  });
  const isMissing = (/** @type {string} */ secret) => !Object.hasOwn(vars, secret);
  return [...found, ...secrets.filter(isMissing).map((setting) => ({ setting, text: 'is a secret that is needed' }))];
}

/**
 * What a setting lacks, in words; undefined where it is as it should be.
 *
 * @param {string} setting
 * @param {unknown} value
 * @param {unknown} own
 */
function difference(setting, value, own) {
  if (setting === 'IDENTITY' && own === undefined) return undefined; // the gate's own default
  if (isTable(value)) return lacks(Object.keys(value), isTable(own) ? Object.keys(own) : []); // the claims are the provider's
  if (!Array.isArray(value)) return own === value ? undefined : otherwise(own, value);
  const list = Array.isArray(own) ? own : [];
  if (value.some(isTable)) {
    // Rules of one's own are about other agents and callers.
    const names = value.flatMap(Object.keys).filter((name) => !OWN_MEMBERS.includes(name));
    const missing = lacks(names, list.filter(isTable).flatMap(Object.keys));
    return missing && `${missing} in its tables`;
  }
  if (setting !== 'MESSAGE_ROLES') return lacks(value, list);
  const isSame = value.length === list.length && value.every((role) => list.includes(role));
  return isSame ? undefined : otherwise(own, value);
}

/**
 * @param {string[]} names
 * @param {unknown[]} own
 */
function lacks(names, own) {
  const missing = [...new Set(names)].filter((name) => !own.includes(name));
  return missing.length > 0 ? `lacks ${missing.join(', ')}` : undefined;
}

/**
 * @param {unknown} own
 * @param {unknown} value
 */
const otherwise = (own, value) =>
  `is ${own === undefined ? 'not set' : JSON.stringify(own)}, but should be ${JSON.stringify(value)}`;

/**
 * A table or list may be written as JSON.
 *
 * @param {unknown} value
 * @returns {unknown}
 */
function parsed(value) {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
