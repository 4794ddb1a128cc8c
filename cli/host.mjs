// @ts-check
// What the commands lend the core: a clock, a key set, and a fetch that is closed unless --live opens it.

const TIMEOUT_MS = 5000;

/**
 * No network: keys come from `keySet` (the text of a JWK Set) or not at all. `at` is the time, in seconds.
 *
 * @param {{keySet?: string, at?: number}} [options]
 */
export function offline({ keySet, at = now() } = {}) {
  return {
    now: () => at,
    keySet: () => keySet,
    fetch: async () => JSON.stringify({ fault: 'unreachable' }),
  };
}

/**
 * With network. `documents` lists the fetched documents: `{url, body}`.
 *
 * @returns {import('./core.mjs').Host & {documents: {url: string, body: string}[]}}
 */
export function online({ at = now() } = {}) {
  /** @type {{url: string, body: string}[]} */
  const documents = [];
  /**
   * @param {string} url
   * @param {number} limit
   * @param {Record<string, string>} headers
   */
  const get = async (url, limit, headers) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await fetch(url, { redirect: 'manual', headers, signal });
      const body = Buffer.from(await response.arrayBuffer());
      if (body.length > limit) return { fault: 'too_large' };
      documents.push({ url, body: body.toString() });
      /** @param {string} name */
      const field = (name) => response.headers.get(name);
      return {
        status: response.status,
        body: body.toString(),
        cacheControl: field('cache-control'),
        age: field('age'),
      };
    } catch {
      return { fault: signal.aborted ? 'timed_out' : 'unreachable' };
    }
  };
  return {
    now: () => at,
    keySet: () => undefined,
    fetch: async (url, limit, fields) => JSON.stringify(await get(url, limit, JSON.parse(fields))),
    documents,
  };
}

export function now() {
  return Math.floor(Date.now() / 1000);
}
