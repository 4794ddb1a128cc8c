// @ts-check
// What a browser may not say in an agent's input: who the caller is, and how a backend runs.

import { clip } from './entry.js';

const IDENTITY = /^(?:authuser|copilotkitauth|copilotkitforwardedheaders|langgraphauth.*)$/s;
const STEERING = new Set(
  (
    'afterseconds assistantid context durability feedbackkeys forksession ifnotexists interruptafter interruptbefore ' +
    'langsmithtracer mcpendpoints mcpservers metadata multitaskstrategy oncompletion ondisconnect onruncreated ' +
    'restorefrom resume resumesessionat signal streamresumable strictresume threadmetadata webhook'
  ).split(' '),
);
const ROLES = new Set(['user', 'assistant', 'tool', 'activity', 'reasoning']);
const MEDIA = new Set(['image', 'audio', 'video', 'document']);
const COMMAND = new Set(['resume', 'interruptevent']);
const CONFIG = new Set(['configurable', 'recursionlimit', 'tags']);
const CONFIGURABLE_STEERING = new Set(['assistantid', 'graphid', 'runid', 'threadid']);

const MAX_NAMES = 8;
const MAX_NAME_BYTES = 64;

/**
 * Takes out of `input` whatever a backend would believe, and puts `user` in place of the one that the client named.
 * Returns the names of what it took out, at most eight.
 *
 * @param {Record<string, any>} input
 * @param {string} user
 */
export function scrub(input, user) {
  const { forwardedProps: props, state } = input;
  const dropped = new Set();
  if (isObject(props)) {
    for (const name of Object.keys(props)) {
      const folded = fold(name);
      if (folded === 'userid') props[name] = user;
      else if (folded === 'authorization' || IDENTITY.test(folded) || steers(folded)) {
        delete props[name];
        note(dropped, 'forwardedProps', name);
      }
    }
    for (const [name, member] of Object.entries(props)) if (isObject(member)) scrubMember(member, name, dropped);
  }
  input.messages = input.messages?.filter((/** @type {unknown} */ message) => isSpoken(message, dropped));
  if (isObject(state)) removeIf(state, (_, folded) => folded === 'headers' || IDENTITY.test(folded), dropped, 'state');
  return [...dropped];
}

/**
 * Looks into the members that backends look into, however they are spelled.
 *
 * @param {Record<string, unknown>} member
 * @param {string} name
 * @param {Set<string>} dropped
 */
function scrubMember(member, name, dropped) {
  const folded = fold(name);
  const place = `forwardedProps.${name}`;
  if (folded === 'command') removeIf(member, (_, inner) => !COMMAND.has(inner), dropped, place);
  else if (folded === 'crewai') removeIf(member, (_, inner) => steers(inner), dropped, place);
  else if (folded === 'config') {
    removeIf(member, (_, inner) => !CONFIG.has(inner), dropped, place);
    for (const key of Object.keys(member)) {
      if (fold(key) === 'configurable' && isObject(member[key])) {
        removeIf(member[key], (_, inner) => isReserved(inner), dropped, `${place}.${key}`);
      }
    }
  }
}

/**
 * @param {Set<string>} dropped
 * @param {string} place
 * @param {string} name
 */
function note(dropped, place, name) {
  if (dropped.size < MAX_NAMES) dropped.add(/** @type {string} */ (clip(`${place}.${name}`, MAX_NAME_BYTES)));
}

/**
 * Whether the role of a message is one that a browser may take; its parts that name an address are taken out.
 *
 * @param {any} message
 * @param {Set<string>} dropped
 */
function isSpoken(message, dropped) {
  if (!ROLES.has(message?.role)) {
    const { role } = message ?? {};
    note(dropped, 'messages', role === 'system' || role === 'developer' ? role : 'other');
    return false;
  }
  const { content } = message;
  if (!Array.isArray(content)) return true;
  message.content = content.filter((part) => isCarried(part) || void note(dropped, 'messages', kindOf(part)));
  return content.length === 0 || message.content.length > 0;
}

/**
 * Whether a part of a message is text, or brings its data along.
 *
 * @param {unknown} part
 */
function isCarried(part) {
  if (!isObject(part)) return false;
  const { type, text, source, url } = part;
  if (type === 'text') return typeof text === 'string' && source === undefined && url === undefined;
  if (type === 'binary') return url === undefined;
  return typeof type === 'string' && MEDIA.has(type) && isObject(source) && source.type === 'data';
}

/**
 * What the log calls a part that was taken out.
 *
 * @param {unknown} part
 */
const kindOf = (part) =>
  isObject(part) && ((isObject(part.source) && part.source.type === 'url') || part.url !== undefined) ? 'url' : 'part';

/**
 * @param {Record<string, unknown>} object
 * @param {(name: string, folded: string) => boolean} isUnwanted
 * @param {Set<string>} dropped
 * @param {string} place
 */
function removeIf(object, isUnwanted, dropped, place) {
  for (const name of Object.keys(object)) {
    if (!isUnwanted(name, fold(name))) continue;
    delete object[name];
    note(dropped, place, name);
  }
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * A name without case, `_` and `-`: backends read members under several spellings.
 *
 * @param {string} name
 */
const fold = (name) => name.replace(/[_-]/g, '').toLowerCase();

/** @param {string} folded */
const steers = (folded) => STEERING.has(folded) || folded.startsWith('checkpoint');

/** @param {string} folded */
const isReserved = (folded) =>
  IDENTITY.test(folded) || CONFIGURABLE_STEERING.has(folded) || folded.startsWith('checkpoint');
