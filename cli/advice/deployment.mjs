// @ts-check
// Advice about an environment that is deployed.

/** @typedef {import('../core.mjs').Facts} Facts */
/** @typedef {import('../project.mjs').Environment} Environment */
/** @typedef {import('../advice.mjs').Advice} Advice */

/**
 * @param {Environment} environment
 * @param {Facts} facts
 * @returns {Advice[]}
 */
export function demo({ isDeployed }, { origin_url, issuers }) {
  if (!isDeployed) return [];
  const found = [];
  if (isStandIn(origin_url)) {
    found.push({ advice: 'demo_values', setting: 'ORIGIN_URL', text: `ORIGIN_URL is still an example: ${origin_url}` });
  } else if (origin_url.startsWith('http://')) {
    found.push({ advice: 'http_origin', setting: 'ORIGIN_URL', text: `ORIGIN_URL is not https: ${origin_url}` });
  }
  for (const [index, { issuer, audience }] of issuers.entries()) {
    const isDemo = isStandIn(issuer) || audience.includes('urn:copilotkit-gate:demo');
    const setting = `ISSUERS[${index}].issuer`;
    if (isDemo) found.push({ advice: 'demo_values', setting, text: `${setting} is still an example: ${issuer}` });
  }
  return found;
}

/**
 * Loopback hosts, and the names that are kept for examples (RFC 2606).
 *
 * @param {string} url
 */
function isStandIn(url) {
  const host = URL.parse(url)?.hostname ?? '';
  return /(^|\.)(localhost|example\.(com|net|org)|example|test|invalid)$|^127\.|^\[::1\]$/.test(host);
}

/**
 * @param {Environment} environment
 * @returns {Advice[]}
 */
export function platform({ config, isDeployed, settings }) {
  /** @type {Advice[]} */
  const found = [];
  /**
   * @param {string} advice
   * @param {string} text
   */
  const add = (advice, text) => found.push({ advice, text });
  if (settings.bindings.JWKS_CACHE !== 'kv_namespace') {
    add('no_kv', 'no KV namespace is bound as JWKS_CACHE: every isolate asks the provider for its keys');
  }
  if (!isDeployed) return found;
  if ((config.triggers?.crons ?? []).length === 0) {
    add(
      'no_cron',
      'no cron trigger: key sets in KV are renewed by requests only. Add triggers.crons = ["*/5 * * * *"]',
    );
  }
  const { observability } = config;
  if (!(observability?.logs?.enabled ?? observability?.enabled)) {
    add('logs_off', 'logs are off: decisions are not kept. Set observability.enabled = true');
  }
  if (config.cache?.enabled) {
    add('cache_on', 'Workers Cache is on: it would answer before the gate decides. Remove cache.enabled');
  }
  const routes = config.routes ?? (config.route ? [config.route] : []);
  if (routes.length === 0 && config.workers_dev === false) {
    add('no_address', 'there is no route and no custom domain: no client can reach this environment');
  } else if (routes.length > 0 && config.workers_dev === true) {
    add('second_address', 'workers_dev adds a second address, to which the rules of your zone do not apply');
  }
  return found;
}
