// @ts-check
// An OpenID provider on loopback that counts what it is asked and can fail in every way a real one does.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { mint, now } from './token.mjs';

/** @typedef {import('./keys.mjs').Key} Key */
/** @typedef {import('node:http').ServerResponse} Response */

export const AUDIENCE = 'copilotkit';
/** Below this path both documents are served well, whatever else is wrong. */
const MOVED = '/moved';

/** @param {Key[]} keys */
export async function startProvider(...keys) {
  const provider = new Provider(keys);
  await provider.up();
  return provider;
}

/**
 * How a document is served.
 *
 * @typedef {(response: import('node:http').ServerResponse, document: object, provider: Provider, url: string) => void} Serve
 */

class Provider {
  /** How often each document was asked for. */
  fetches = { discovery: 0, keys: 0 };
  /** What each request looked like: `{url, headers}`. */
  /** @type {{url: string, headers: import('node:http').IncomingHttpHeaders}[]} */
  heard = [];
  #server = createServer((request, response) => this.#take(request, response));
  #port = 0;
  /** @type {Serve} */
  #discovery = json;
  /** @type {Serve} */
  #set = json;
  /** @type {((value?: unknown) => void)[]} */
  #arrivals = [];

  /** @param {Key[]} keys */
  constructor(keys) {
    this.keys = keys;
  }

  get issuer() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /**
   * This provider as an entry of ISSUERS, with `more` laid over it.
   *
   * @param {object} [more]
   */
  trusted(more = {}) {
    return { issuer: this.issuer, audience: AUDIENCE, ...more };
  }

  /**
   * A token of this provider, good unless `claims`, `header` or `key` say otherwise.
   *
   * @param {object} [claims]
   * @param {object} [header]
   * @param {Key} [key]
   */
  token(claims = {}, header = {}, key = this.keys[0]) {
    return mint(key, this.claims(claims), header);
  }

  /** @param {object} [more] */
  claims(more = {}) {
    const at = now();
    return { iss: this.issuer, aud: AUDIENCE, sub: 'user-1', iat: at, exp: at + 300, ...more };
  }

  /** The discovery document and the key set as they are when all is well. */
  get documents() {
    return {
      discovery: { issuer: this.issuer, jwks_uri: `${this.issuer}/keys` },
      keys: { keys: this.keys.map((key) => key.jwk) },
    };
  }

  /**
   * How the two documents are served from now on; each is one of the functions below.
   *
   * @param {{discovery?: Serve, keys?: Serve}} [how]
   */
  serves({ discovery = json, keys = json } = {}) {
    this.#discovery = discovery;
    this.#set = keys;
  }

  /** Settles when the provider is asked for anything again. Call it before the request that asks. */
  asked() {
    return new Promise((resolve) => this.#arrivals.push(resolve));
  }

  async up() {
    this.#server.listen(this.#port, '127.0.0.1').unref(); // a test file ends when its gate does
    await once(this.#server, 'listening');
    this.#port = /** @type {import('node:net').AddressInfo} */ (this.#server.address()).port;
  }

  /** From now on connections are refused. */
  async down() {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {Response} response
   */
  #take({ url = '', headers }, response) {
    const document = url.includes('openid-configuration') ? 'discovery' : 'keys';
    this.fetches[document] += 1;
    this.heard.push({ url, headers });
    for (const resolve of this.#arrivals.splice(0)) resolve();
    if (url.startsWith(MOVED)) return json(response, this.documents[document]);
    const serve = document === 'discovery' ? this.#discovery : this.#set;
    serve(response, this.documents[document], this, url);
  }
}

/**
 * Well: the document, fresh for ten minutes.
 *
 * @param {Response} response
 * @param {object} document
 */
export function json(response, document) {
  const headers = { 'content-type': 'application/json', 'cache-control': 'public, max-age=600' };
  response.writeHead(200, headers).end(JSON.stringify(document));
}

/**
 * Another document than the real one, or a text that need not be JSON at all.
 *
 * @param {(document: any) => unknown} make
 * @returns {Serve}
 */
export function other(make) {
  return (response, document) => {
    const instead = make(document);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(typeof instead === 'string' ? instead : JSON.stringify(instead));
  };
}

/**
 * A sign-in page with status 200.
 *
 * @param {Response} response
 */
export function html(response) {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>');
}

/**
 * A redirect to a path of the same provider that serves the real thing.
 *
 * @param {Response} response
 * @param {object} _document
 * @param {Provider} provider
 * @param {string} path
 */
export function redirect(response, _document, provider, path) {
  response.writeHead(302, { location: `${provider.issuer}${MOVED}${path}` }).end();
}

/**
 * @param {number} code
 * @returns {Serve}
 */
export function status(code) {
  return (response) => response.writeHead(code, { 'content-type': 'application/json' }).end('{"error":"no"}');
}

/** Takes the request and never answers. */
export function hang() {}

/**
 * Answers once `gate` has settled.
 *
 * @param {Promise<unknown>} promise
 * @returns {Serve}
 */
export function after(promise) {
  return async (response, document) => {
    await promise;
    json(response, document);
  };
}
