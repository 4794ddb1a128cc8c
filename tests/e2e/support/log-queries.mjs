// The table of queries for Workers Logs, and what they find among log lines: all filters together, then a count or a
// percentile for each group.

import { tableOf } from './tables.mjs';

const FILTER = /`([^`]+)` (?:(=|>) `([^`]+)`|exists)/g;

/** Question → `{filters, of, groups}`. */
export function logQueries(page) {
  const rows = tableOf(page, 'question', 'filters').map(([question, filters, visualisation, groups]) => [
    question,
    {
      filters: [...filters.matchAll(FILTER)].map(([, field, operator = 'exists', value]) => [field, operator, value]),
      of: /^P95 of `(.+)`$/.exec(visualisation)?.[1],
      groups: [...groups.matchAll(/`([^`]+)`/g)].map(([, field]) => field),
    },
  ]);
  return new Map(rows);
}

/** Group, its values with a space between them → count, or percentile. */
export function answerTo({ filters, of, groups }, events) {
  const found = events.filter((event) => filters.every((filter) => passes(filter, event)));
  const keys = found.map((event) => groups.map((field) => memberOf(event, field)).join(' '));
  const answer = {};
  for (const [at, key] of keys.entries()) {
    answer[key] ??= [];
    answer[key].push(memberOf(found[at], of ?? 'event'));
  }
  for (const [key, values] of Object.entries(answer)) {
    answer[key] = of ? values.sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] : values.length;
  }
  return answer;
}

function passes([field, operator, value], event) {
  const held = memberOf(event, field);
  if (operator === 'exists') return held !== undefined;
  return operator === '>' ? held > Number(value) : String(held) === value;
}

/** Members of tables have names with dots, as in `report.rule`. */
const memberOf = (event, field) => field.split('.').reduce((value, name) => value?.[name], event);
