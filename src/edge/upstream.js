// @ts-check
// The script of `upstream.rs` and `respond.rs`: the request to the upstream, and the answers.

import { change, seenOf } from './bridge.js';
import { whenGone } from './wait.js';

/** @typedef {import('./bridge.js').Bytes} Bytes */

/** In place of a status: nothing came in time, or nothing came at all. */
const LATE = 1;
const BROKEN = 0;

/**
 * Sends the request `client` on to `url`, through `service` if there is one, with these changes to its header fields, with
 * `method` in place of its own, if there is one, and with its body if it `streams` that, else with `body`, which is a view of
 * wasm's memory and copied here. Throws where the changes cannot be made.
 *
 * Resolves to what `answered` gives for `id` when the answer begins, or when none has begun after `milliseconds`; it gets the
 * fields of the answer that are called as in `seen`. Calls `gone` with `id` when the client is gone before.
 *
 * @param {Request} client
 * @param {string} url
 * @param {string | undefined} method
 * @param {boolean} streams
 * @param {Bytes | undefined} body
 * @param {string} changes
 * @param {{ fetch: typeof fetch } | undefined} service
 * @param {string[]} seen
 * @param {number} milliseconds
 * @param {number} id
 * @param {(id: number, response: Response | undefined, status: number, milliseconds: number, fields?: string) => Response | Promise<Response> | undefined} answered
 * @param {(id: number) => void} gone
 */
export function forward(client, url, method, streams, body, changes, service, seen, milliseconds, id, answered, gone) {
  const headers = new Headers(client.headers);
  change(headers, changes);
  // No request is made of these: fetch makes one of whatever it is given.
  /** @type {RequestInit} */
  const init = { method: method ?? client.method, headers, body: streams ? client.body : body, redirect: 'manual' };
  if (!service) init.cache = 'no-store'; // an answer for one caller must not wait in a cache for another
  whenGone(client, gone, id);
  return new Promise((resolve, reject) => {
    const asked = Date.now();
    /** @param {Response | undefined} response @param {number} status @param {string} [fields] */
    const end = (response, status, fields) => {
      clearTimeout(timer);
      try {
        const answer = answered(id, response, status, Date.now() - asked, fields);
        if (answer) resolve(answer); // else the client is gone
      } catch (panic) {
        reportError(panic); // as an `error` event, on which the next request starts a new instance
        reject(panic);
      }
    };
    const timer = setTimeout(end, milliseconds, undefined, LATE);
    let sent;
    try {
      sent = service ? service.fetch(url, init) : fetch(url, init);
    } catch {
      return end(undefined, BROKEN);
    }
    sent.then(
      (response) => end(response, response.status, seenOf(response, seen)),
      () => end(undefined, BROKEN),
    );
  });
}

/**
 * An upstream's answer with these changes to its header fields, and with `body`, if there is one, in place of its own: a view
 * of wasm's memory, which is copied here.
 *
 * @param {Response} response
 * @param {Bytes | undefined} body
 * @param {string} changes
 */
export function adopt(response, body, changes) {
  const adopted = new Response(body ?? response.body, response);
  change(adopted.headers, changes);
  return adopted;
}

/**
 * An answer with status and header fields of `template`, with these changes to them.
 *
 * @param {Response} template
 * @param {string | undefined} body
 * @param {string} changes
 */
export function respond(template, body, changes) {
  const response = new Response(body, template);
  change(response.headers, changes);
  return response;
}
