// @ts-check
// Advice about what browsers may write into the agent's input.

/** @typedef {import('../core.mjs').Facts} Facts */
/** @typedef {import('../advice.mjs').Advice} Advice */

/**
 * Backends that take a message of the role for instructions, by the names of their examples.
 *
 * @type {Record<string, string>}
 */
const BELIEVERS = {
  system:
    'langgraph-fastapi and langgraph-platform (in later messages), ag2, microsoft-agent-framework, google-adk (in the first ' +
    'message), llamaindex, crewai (but for a first one); also Spring AI',
  developer: 'ag2, microsoft-agent-framework, llamaindex, crewai; also Spring AI',
};

/**
 * @param {Facts} facts
 * @returns {Advice[]}
 */
export function bodies({ properties, message_roles, attachment_urls }) {
  const found = [];
  if (properties.patterns.includes('*')) {
    const text =
      'PROPERTIES lets all properties pass that the gate does not know as dangerous: name those that the app needs';
    found.push({ advice: 'open_properties', setting: 'PROPERTIES', text });
  }
  for (const name of properties.callers) {
    const text = `PROPERTIES lets ${name} pass, which names the caller: a browser can write anything there`;
    found.push({ advice: 'caller_property', setting: 'PROPERTIES', text });
  }
  for (const role of message_roles.filter((name) => name in BELIEVERS)) {
    const text = `MESSAGE_ROLES lets browsers write ${role} messages. Backends that believe them: ${BELIEVERS[role]}`;
    found.push({ advice: 'instructing_role', setting: 'MESSAGE_ROLES', text });
  }
  for (const url of attachment_urls.filter((origin) => origin === '*' || isInside(origin))) {
    const text = `ATTACHMENT_URLS has ${url}: backends fetch such addresses from inside their network`;
    found.push({ advice: 'inner_address', setting: 'ATTACHMENT_URLS', text });
  }
  return found;
}

/**
 * Whether an origin is plain http, or of a host that only this machine or this network has.
 *
 * @param {string} origin
 */
function isInside(origin) {
  const host = URL.parse(origin.replace('*.', 'star.'))?.hostname ?? '';
  const name = /(^|\.)(localhost|local|internal|localdomain)$/;
  const v4 =
    /^(0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;
  const v6 = /^\[(::1?\]|::ffff:|f[cd]|fe[89ab])/;
  return origin.startsWith('http://') || name.test(host) || v4.test(host) || v6.test(host);
}
