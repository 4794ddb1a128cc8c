// @ts-check
// The requests that the load is made of, with the header fields of a browser behind Cloudflare.

/** @typedef {import('./load.mjs').Request} Request */

const BASE = '/api/copilotkit';

const BROWSER = {
  host: 'app.example.com',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  accept: '*/*',
  'accept-language': 'en-GB,en;q=0.9',
  'accept-encoding': 'gzip, br',
  referer: 'https://app.example.com/',
  'cf-connecting-ip': '203.0.113.7',
  'cf-ray': '9a1b2c3d4e5f6789-FRA',
};

/**
 * A request whose body and answer nobody looks into: it measures the token alone.
 *
 * @param {string} [token]
 * @returns {Request}
 */
export const metadata = (token) => ({ path: `${BASE}/inspector-metadata`, headers: withToken(token) });

/**
 * @param {string} [token]
 * @returns {Request}
 */
export const info = (token) => ({ path: `${BASE}/info`, headers: withToken(token) });

/**
 * @param {string} token
 * @returns {Request}
 */
export const threads = (token) => ({ path: `${BASE}/threads?limit=200`, headers: withToken(token) });

/**
 * @param {string} token
 * @param {Buffer} body
 * @param {string} [agent]
 * @returns {Request & {body: Buffer}}
 */
export const run = (token, body, agent = 'agent-01') => ({
  method: 'POST',
  path: `${BASE}/agent/${agent}/run`,
  headers: { ...withToken(token), 'content-type': 'application/json', 'content-length': body.length },
  body,
});

/**
 * The same, as a client of the single-route dialect writes it.
 *
 * @param {string} token
 * @param {Buffer} input
 * @returns {Request & {body: Buffer}}
 */
export function runInEnvelope(token, input) {
  const start = Buffer.from('{"method":"agent/run","params":{"agentId":"agent-01"},"body":');
  const body = Buffer.concat([start, input, Buffer.from('}')]);
  const { headers, ...request } = run(token, body);
  return { ...request, path: BASE, headers };
}

/**
 * @param {string | undefined} token
 * @returns {Record<string, string>}
 */
const withToken = (token) => (token ? { ...BROWSER, authorization: `Bearer ${token}` } : BROWSER);
