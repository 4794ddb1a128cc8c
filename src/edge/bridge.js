// @ts-check
// The script of `bridge.rs`, where the formats of all texts are defined. Each function here replaces many calls out of wasm,
// each with its strings, by one. Nothing here decides anything.

/** @typedef {(id: number, value?: unknown, isGood?: boolean) => void} Settled */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes a view of wasm's memory, or bytes of one's own */
/** @typedef {{ readAtLeast(least: number, into: Bytes): Promise<{ done: boolean, value: Bytes }>, cancel(): Promise<void> }} Reader */

const encoder = new TextEncoder();

/**
 * Writes the head of a request, and gives its length: with all header fields where it has the field `withAll`, else with
 * that called `alone`.
 *
 * @param {Request} request
 * @param {string} withAll
 * @param {string} alone
 * @param {Bytes} into
 */
export function head({ method, url, headers }, withAll, alone, into) {
  const target = `${method} ${url}\n`;
  if (headers.has(withAll)) return write(`${target}${lines(headers)}\n`, into);
  return write(target + line(headers, alone), into);
}

/**
 * Writes all header fields of a request, and gives their length.
 *
 * @param {Request} request
 * @param {Bytes} into
 */
export const fields = ({ headers }, into) => write(lines(headers), into);

/** @param {Headers} headers */
function lines(headers) {
  let text = '';
  headers.forEach((value, name) => {
    text += `${name}:${value}\n`;
  });
  return text;
}

/** @param {Headers} headers @param {string} name */
function line(headers, name) {
  const value = headers.get(name);
  return value === null ? '' : `${name}:${value}\n`;
}

/**
 * Writes `text`, and gives its length; the length that it may need, as a negative number, where that is more than there is.
 *
 * @param {string} text
 * @param {Bytes} into
 */
function write(text, into) {
  const { read, written } = encoder.encodeInto(text, into);
  return read === text.length ? written : -3 * text.length;
}

/**
 * Carries out `changes`.
 *
 * @param {Headers} headers
 * @param {string} changes
 */
export function change(headers, changes) {
  if (changes === '') return;
  for (const line of changes.split('\n')) {
    const comma = line.indexOf(',');
    if (comma > 0) headers.set(line.slice(0, comma), line.slice(comma + 1));
    else if (comma < 0) headers.delete(line);
    else append(headers, line.slice(1));
  }
}

/** @param {Headers} headers @param {string} line */
function append(headers, line) {
  const comma = line.indexOf(',');
  headers.append(line.slice(0, comma), line.slice(comma + 1));
}

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
 * The header fields of an answer that are called as in `seen`; undefined where it has none of them.
 *
 * @param {Response} response
 * @param {string[]} seen
 */
function seenOf({ headers }, seen) {
  let text = '';
  for (const name of seen) text += line(headers, name);
  return text === '' ? undefined : text;
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

/**
 * Calls `settled` with `id`, what becomes of `promise`, and whether that is its value; with `id` alone when it takes longer
 * than `milliseconds`, if that is given.
 *
 * @param {Promise<unknown>} promise
 * @param {Settled} settled
 * @param {number} id
 * @param {number} [milliseconds]
 */
export function watch(promise, settled, id, milliseconds) {
  const timer = milliseconds === undefined ? undefined : setTimeout(settle, milliseconds, settled, id);
  promise.then(
    (value) => {
      clearTimeout(timer);
      settle(settled, id, value, true);
    },
    (error) => {
      clearTimeout(timer);
      settle(settled, id, error, false);
    },
  );
}

/**
 * Calls `settled` with `id` and whether `signature` over `data` holds. Both are views of wasm's memory, which WebCrypto copies.
 *
 * @param {AlgorithmIdentifier | RsaPssParams | EcdsaParams} algorithm
 * @param {CryptoKey} key
 * @param {Bytes} signature
 * @param {Bytes} data
 * @param {Settled} settled
 * @param {number} id
 */
export function verify(algorithm, key, signature, data, settled, id) {
  let holds;
  try {
    holds = crypto.subtle.verify(algorithm, key, signature, data);
  } catch {
    holds = Promise.resolve(false);
  }
  watch(holds, settled, id);
}

/** @param {Settled} settled @param {number} id @param {unknown} [value] @param {boolean} [isGood] */
function settle(settled, id, value, isGood) {
  try {
    settled(id, value, isGood);
  } catch (error) {
    report(error);
  }
}

/** Of a callback whose instance is no more: it had nothing left to do. */
const LEFT_BEHIND = 'Cannot invoke closure from previous WASM instance';

/**
 * Reports a panic as an `error` event, on which the next request starts a new instance.
 *
 * @param {any} error
 */
function report(error) {
  if (error?.message !== LEFT_BEHIND) reportError(error);
}

/**
 * Calls `gone` with `id` when the client of `request` is gone before it has an answer.
 *
 * @param {Request} request
 * @param {(id: number) => void} gone
 * @param {number} id
 */
export function whenGone({ signal }, gone, id) {
  if (!signal) return;
  // A third of what a listener costs.
  signal.onabort = () => {
    try {
      gone(id);
    } catch (error) {
      report(error);
    }
  };
}

/**
 * Reads the whole body of a request or a response, and keeps it outside wasm until it is whole. Calls `settled` with `id`
 * and its bytes, or with why there are none: `large` for more than `limit` bytes, `late` after `milliseconds`, `broken` when
 * the other side breaks off.
 *
 * @param {Request | Response} source
 * @param {number} limit
 * @param {number} milliseconds
 * @param {Settled} settled
 * @param {number} id
 */
export function collect(source, limit, milliseconds, settled, id) {
  /** @type {Reader | undefined} */
  let reader;
  /** @param {unknown} value @param {boolean} isGood */
  const end = (value, isGood) => {
    clearTimeout(timer);
    // What is left unread must not be held any longer.
    if (!isGood) reader?.cancel().catch(() => {});
    settle(settled, id, value, isGood);
  };
  /** @param {'large' | 'late' | 'broken'} why */
  const refuse = (why) => end(why, false);
  const timer = setTimeout(refuse, milliseconds, 'late');
  // The platform holds a request to the length that it has declared. An answer's may be that of its compressed form, and
  // nobody holds the Worker behind a service binding to it.
  const declared = source instanceof Request ? source.headers.get('content-length') : null;
  if (Number(declared) > limit) return refuse('large');
  if (declared === null) reader = /** @type {any} */ (source.body?.getReader({ mode: 'byob' }));
  const whole = reader ? chunks(reader, limit) : source.bytes();
  whole.then(
    (bytes) => (bytes !== undefined && bytes.length <= limit ? end(bytes, true) : refuse('large')),
    () => refuse('broken'),
  );
}

/** How much is read at once, in bytes: by itself, the platform gives 4 KiB at a time. */
const PIECE = 16 * 1024;

/**
 * Everything that `reader` gives; undefined for more than `limit` bytes.
 *
 * @param {Reader} reader
 * @param {number} limit
 */
async function chunks(reader, limit) {
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.readAtLeast(PIECE, new Uint8Array(PIECE));
    if (done) return parts.length === 1 ? parts[0] : new Blob(parts).bytes();
    length += value.length;
    if (length > limit) return;
    parts.push(value);
  }
}

/** How a stream of events ended, beside 0 for as it should. */
const BROKE_OFF = 1;
const CLIENT_GONE = 2;

/**
 * @callback Feed takes a chunk, or how the stream ended; gives what is to be sent, `true` for the chunk itself
 * @param {Uint8Array | undefined} chunk
 * @param {number} end
 * @returns {Uint8Array | true | undefined}
 */

/**
 * An upstream's answer with these changes to its header fields, of whose body the client gets what `feed` gives. `ctx` keeps
 * the request from ending with its client before `feed` knows.
 *
 * @param {Response} response
 * @param {string} changes
 * @param {Feed} feed
 * @param {{ waitUntil(work: Promise<void>): void }} ctx
 */
export function pipeEvents(response, changes, feed, ctx) {
  // The platform's own, which copies nothing and does not run in JavaScript.
  const { readable, writable } = new /** @type {any} */ (globalThis).IdentityTransformStream();
  const adopted = new Response(response.body && readable, response);
  change(adopted.headers, changes);
  if (response.body) ctx.waitUntil(pipe(response.body.getReader({ mode: 'byob' }), writable.getWriter(), feed));
  return adopted;
}

/**
 * One chunk after the other: what is left of one is sent before the next is asked for.
 *
 * @param {ReadableStreamBYOBReader} reader
 * @param {WritableStreamDefaultWriter<Uint8Array>} writer
 * @param {Feed} feed
 */
async function pipe(reader, writer, feed) {
  let end = 0;
  let isWriting = false;
  // One for all chunks: each is copied, or has been written, before the next comes.
  let room = new ArrayBuffer(PIECE);
  /** @param {number} how @param {unknown} error */
  const breakOff = (how, error) => {
    end ||= how;
    reader.cancel(error).catch(() => {});
    // What is half of a stream must not look like a whole one.
    writer.abort(error).catch(() => {});
  };
  // The client may go away while the agent thinks, when nothing is written that would fail.
  writer.closed.catch((error) => breakOff(CLIENT_GONE, error));
  try {
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(room));
      if (done) break;
      room = value.buffer;
      const sent = feed(value, 0);
      if (!sent) continue;
      isWriting = true;
      await writer.write(sent === true ? value : sent);
      isWriting = false;
    }
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) reportError(error); // the next request starts a new instance
    breakOff(isWriting ? CLIENT_GONE : BROKE_OFF, error);
  }
  try {
    feed(undefined, end);
  } catch (panic) {
    reportError(panic);
  }
  if (end === 0) await writer.close().catch(() => {});
}
