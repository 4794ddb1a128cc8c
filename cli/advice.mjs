// @ts-check
// Advice: settings that are valid, but probably not intended. The core reports faults.

import { bodies } from './advice/bodies.mjs';
import { browsers, previews } from './advice/browsers.mjs';
import { demo, platform } from './advice/deployment.mjs';
import { assertions, encodings, secrets, undiscerning } from './advice/keys.mjs';
import { displaceable, rules, threads } from './advice/rules.mjs';
import { misspelt } from './advice/spelling.mjs';

/** @typedef {import('./core.mjs').Verdict} Verdict */
/** @typedef {import('./project.mjs').Environment} Environment */
/** @typedef {{advice: string, text: string, setting?: string}} Advice */

/**
 * `ISSUERS[0].audience` → `ISSUERS[0]`.
 *
 * @param {string} setting
 */
const tableOf = (setting) => setting.split('.')[0];

/**
 * Whether a fault of the setting or table `faulty` is one of `table`: where a list is missing, its first table is, too.
 *
 * @param {string} faulty
 * @param {string} table
 */
const covers = (faulty, table) => table === faulty || table.startsWith(`${faulty}[`);

/**
 * A list of `{advice, text, setting?}` for an environment that the core has checked.
 *
 * @param {Environment} environment
 * @param {Verdict} verdict
 * @returns {Advice[]}
 */
export function adviceFor(environment, { facts, faults, notices, known }) {
  // A faulty setting was replaced by a stand-in, which needs no advice.
  const isAtFault = (/** @type {string} */ setting) =>
    faults.some(({ setting: faulty }) => covers(tableOf(faulty), tableOf(setting)));
  const found = [
    ...notices.map(({ setting, fault, remedy }) => ({
      advice: 'notice',
      setting,
      text: `${setting} ${fault}: ${remedy}`,
    })),
    ...misspelt(environment, known),
    ...secrets(environment),
    ...assertions(environment),
    ...(facts
      ? [
          ...threads(facts),
          ...browsers(facts),
          ...previews(facts),
          ...rules(environment, facts),
          ...bodies(facts),
          ...demo(environment, facts),
          ...encodings(environment),
        ]
      : []),
    ...platform(environment),
  ];
  return found.filter(({ setting }) => setting === undefined || !isAtFault(setting));
}

/**
 * What is good to know of sound settings: a list of `{note, text}`.
 *
 * @param {Environment} environment
 * @param {Verdict} verdict
 */
export function notesFor({ isDeployed }, { facts }) {
  return isDeployed && facts ? [...displaceable(facts), ...undiscerning(facts)] : [];
}
