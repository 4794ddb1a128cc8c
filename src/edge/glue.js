// Each function here replaces many calls out of wasm, each with its strings, by one. Nothing here decides anything.

const encoder = new TextEncoder();

/** Writes method, URL and header fields of a request as `Head::parse` in `wire/request.rs` reads them. */
export function head({ method, url, headers }, into) {
  const target = `${method} ${url}\n`;
  if (headers.has('authorization')) return write(`${target}${lines(headers)}\n`, into);
  const origin = headers.get('origin');
  return write(origin === null ? target : `${target}origin:${origin}\n`, into);
}

/** Writes all header fields of a request. */
export const fields = ({ headers }, into) => write(lines(headers), into);

function lines(headers) {
  let text = '';
  headers.forEach((value, name) => {
    text += `${name}:${value}\n`;
  });
  return text;
}

/** Writes `text`, and gives its length; the length that it may need, as a negative number, where that is more than there is. */
function write(text, into) {
  const { read, written } = encoder.encodeInto(text, into);
  return read === text.length ? written : -3 * text.length;
}

/** Carries out `changes`, in the format of `wire/field_changes.rs`. */
function change(fields, changes) {
  if (changes === '') return;
  for (const line of changes.split('\n')) {
    const comma = line.indexOf(',');
    if (comma > 0) fields.set(line.slice(0, comma), line.slice(comma + 1));
    else if (comma < 0) fields.delete(line);
    else append(fields, line.slice(1));
  }
}

function append(fields, line) {
  const comma = line.indexOf(',');
  fields.append(line.slice(0, comma), line.slice(comma + 1));
}

/** In place of a status: nothing came in time, or nothing came at all. */
const LATE = 1;
const BROKEN = 0;

/**
 * Sends the request `client` on to `url`, through `service` if there is one, with these changes to its header fields, with
 * `method` in place of its own, if there is one, and with its body if it `streams` that, else with `body`, which is a view of
 * wasm's memory and copied here. Throws where the changes cannot be made.
 *
 * Resolves to what `answered` gives for `id` when the answer begins, or when none has begun after `milliseconds`. Calls `gone`
 * with `id` when the client is gone before.
 */
export function forward(client, url, method, streams, body, changes, service, milliseconds, id, answered, gone) {
  const headers = new Headers(client.headers);
  change(headers, changes);
  // No request is made of these: fetch makes one of whatever it is given.
  const init = { method: method ?? client.method, headers, body: streams ? client.body : body, redirect: 'manual' };
  if (!service) init.cache = 'no-store'; // an answer for one caller must not wait in a cache for another
  whenGone(client, gone, id);
  return new Promise((resolve, reject) => {
    const asked = Date.now();
    const end = (response, status) => {
      clearTimeout(timer);
      try {
        const answer = answered(id, response, status, Date.now() - asked);
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
      (response) => end(response, response.status),
      () => end(undefined, BROKEN),
    );
  });
}

/**
 * An upstream's answer with the gate's request id and these changes to its header fields; with `body`, which is a view of
 * wasm's memory and copied here, in place of its own. No cache may keep it; a 304 says nothing of its own about that.
 */
export function adopt(response, body, requestId, keepsCacheControl, changes) {
  const adopted = new Response(body ?? response.body, response);
  const { headers } = adopted;
  if (!keepsCacheControl) {
    const keepsForm = /(?:^|,)\s*no-transform\s*(?:,|$)/i.test(headers.get('cache-control') ?? '');
    headers.set('cache-control', keepsForm ? 'private, no-store, no-transform' : 'private, no-store');
  }
  headers.set('x-request-id', requestId);
  change(headers, changes);
  return adopted;
}

/** An answer with status and fields of `template`, and these changes to them. */
export function respond(template, body, requestId, changes) {
  const response = new Response(body, template);
  const { headers } = response;
  headers.set('x-request-id', requestId);
  change(headers, changes);
  return response;
}

/**
 * Calls `settled` with `id`, what becomes of `promise`, and whether that is its value; with `id` alone when it takes longer
 * than `milliseconds`, if that is given.
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

/** Calls `settled` with `id` and whether `signature` over `data` holds. Both are views of wasm's memory, which WebCrypto copies. */
export function verify(algorithm, key, signature, data, settled, id) {
  let holds;
  try {
    holds = crypto.subtle.verify(algorithm, key, signature, data);
  } catch {
    holds = Promise.resolve(false);
  }
  watch(holds, settled, id);
}

function settle(settled, id, value, isGood) {
  try {
    settled(id, value, isGood);
  } catch (panic) {
    reportError(panic); // as an `error` event, on which the next request starts a new instance
  }
}

/** Calls `gone` with `id` when the client of `request` is gone before it has an answer. */
export function whenGone({ signal }, gone, id) {
  if (signal) signal.onabort = () => gone(id); // a third of what a listener costs
}

/**
 * Reads the whole body of a request or a response, and keeps it outside wasm until it is whole. Calls `settled` with `id`
 * and its bytes, or with why there are none: `large` for more than `limit` bytes, `late` after `milliseconds`, `broken` when
 * the other side breaks off.
 */
export function collect(source, limit, milliseconds, settled, id) {
  let reader;
  const end = (value, isGood) => {
    clearTimeout(timer);
    // What is left unread must not be held any longer.
    if (!isGood) reader?.cancel().catch(() => {});
    settle(settled, id, value, isGood);
  };
  const refuse = (why) => end(why, false);
  const timer = setTimeout(refuse, milliseconds, 'late');
  // The platform holds a request to the length that it has declared. An answer's may be that of its compressed form, and
  // nobody holds the Worker behind a service binding to it.
  const declared = source instanceof Request ? source.headers.get('content-length') : null;
  if (Number(declared) > limit) return refuse('large');
  if (declared === null) reader = source.body?.getReader({ mode: 'byob' });
  const whole = reader ? chunks(reader, limit) : source.bytes();
  whole.then(
    (bytes) => (bytes?.length <= limit ? end(bytes, true) : refuse('large')),
    () => refuse('broken'),
  );
}

/** How much is read at once, in bytes: by itself, the platform gives 4 KiB at a time. */
const PIECE = 16 * 1024;

/** Everything that `reader` gives; undefined for more than `limit` bytes. */
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
