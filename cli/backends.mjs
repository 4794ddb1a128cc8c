// @ts-check
// The backends that have a page: the settings that it says, for `init` to write and `check` to compare. backends.json is
// written from the pages.

import { readFileSync } from 'node:fs';
import { Failure } from './failure.mjs';

/**
 * @typedef {{ about: string, vars: Record<string, any>, secrets?: string[] }} Way the settings of one block of the page
 * @typedef {{ name: string, ways: Way[] }} Backend
 */

/** @type {Record<string, Backend>} By the name of their page. */
export const BACKENDS = JSON.parse(readFileSync(new URL('backends.json', import.meta.url), 'utf8'));

/** What a setting is where a page does not name it. */
const DEFAULTS = { FORWARD_AUTHORIZATION: 'keep', ORIGIN_MODE: 'multi-route' };

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

const numbered = (name, ways) => ways.map((_, index) => `${name}.${index + 1}`).join(', ');
const sentence = (about) => (about ? ` ${about}.` : '');

/**
 * What `init` writes: the settings of the first way, with the claims of the provider's identity headers.
 *
 * @param {ReturnType<typeof backendOf>} backend
 * @param {Record<string, unknown>} [identity] the provider's
 */
export function settingsFor({ name, title, page, ways: [way] }, identity = {}) {
  const { IDENTITY, IDENTITY_BODY, ...vars } = way.vars;
  const claimOf = (claim) => {
    const header = { sub: 'x-user-id', role: 'x-user-role' }[claim];
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
 * @param {ReturnType<typeof backendOf>} backend
 * @param {{ settings: { vars: Record<string, any> } }} environment
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

/** @param {Way} way @param {Record<string, any>} vars */
function differences({ vars: wanted, secrets = [] }, vars) {
  const found = Object.entries({ ...DEFAULTS, ...wanted }).flatMap(([setting, value]) => {
    const text = difference(setting, value, parsed(vars[setting]) ?? DEFAULTS[setting]);
    return text ? [{ setting, text }] : [];
  });
  const isMissing = (secret) => !Object.hasOwn(vars, secret);
  return [...found, ...secrets.filter(isMissing).map((setting) => ({ setting, text: 'is a secret that is needed' }))];
}

/** What a setting lacks, in words; undefined where it is as it should be. */
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

/** @param {string[]} names @param {string[]} own */
function lacks(names, own) {
  const missing = [...new Set(names)].filter((name) => !own.includes(name));
  return missing.length > 0 ? `lacks ${missing.join(', ')}` : undefined;
}

const otherwise = (own, value) =>
  `is ${own === undefined ? 'not set' : JSON.stringify(own)}, but should be ${JSON.stringify(value)}`;

const isTable = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A table or list may be written as JSON. */
function parsed(value) {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
