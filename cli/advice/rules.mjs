// @ts-check
// Advice about rules, and about what users can do to each other.

import { SECRETS } from '../secret-kinds.mjs';

/** @typedef {import('../core.mjs').Facts} Facts */
/** @typedef {import('../project.mjs').Environment} Environment */
/** @typedef {import('../advice.mjs').Advice} Advice */

/** The operations that run an agent, and with it a model that costs money. */
const COSTLY = ['agent/run', 'agent/suggest'];

/**
 * @param {Environment} environment
 * @param {Facts} facts
 * @returns {Advice[]}
 */
export function rules({ config: { ratelimits = [] } }, { rules }) {
  const found = [];
  const limited = rules.filter(({ limit }) => limit).flatMap(({ operations }) => operations);
  for (const [index, { enforces, limit, operations }] of rules.entries()) {
    const setting = `RULES[${index}]`;
    const missing = COSTLY.filter((name) => !limited.includes(name));
    if (limit && missing.length === 1 && operations.some((name) => COSTLY.includes(name))) {
      const text = `${setting}.limit does not count ${missing[0]}, which runs an agent, too: add it to operations`;
      found.push({ advice: 'limit_of_one', setting, text });
    }
    if (!enforces) found.push({ advice: 'report_rule', setting, text: `${setting} only reports: it decides nothing` });
    const period = ratelimits.find(({ name }) => name === limit?.binding)?.simple?.period;
    if (limit?.period && period && limit.period !== period) {
      const text = `${setting}.limit says a period of ${limit.period} s, but ${limit.binding} has one of ${period} s`;
      found.push({ advice: 'limit_period', setting, text });
    }
  }
  return found;
}

/**
 * @param {Facts} facts
 * @returns {Advice[]}
 */
export function threads({ threads_are_isolated }) {
  if (threads_are_isolated) return [];
  const text = `${SECRETS.THREAD_KEY.without}. Add THREAD_KEY to secrets.required, and set it`;
  return [{ advice: 'shared_threads', setting: 'THREADS', text }];
}

/** @param {Facts} facts */
export function displaceable({ rules }) {
  const isLimited = rules.some(({ limit, operations }) => limit && operations.includes('agent/run'));
  if (isLimited) return [];
  const text =
    "on the runtime's in-memory runner, which keeps 1,000 threads for all users, one user can displace everyone's: a rule's limit on agent/run and agent/suggest prevents it";
  return [{ note: 'displaceable_threads', text }];
}
