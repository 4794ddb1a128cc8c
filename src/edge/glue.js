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

/**
 * `request` to another `url`: as it is, its body a stream, or, with a `method`, with this and `body`.
 *
 * `changes` says what happens to its header fields, in the format of `wire/field_changes.rs`.
 */
export function rebuild(request, url, method, body, changes) {
  const { headers, signal } = method ? request : {};
  // With the old request as init, workerd takes over method, signal and body, the body with its length.
  const rebuilt = new Request(url, method ? { method, headers, body, signal, redirect: 'manual' } : request);
  const fields = rebuilt.headers;
  for (const line of changes.split('\n')) {
    const comma = line.indexOf(',');
    if (comma < 0) fields.delete(line);
    else fields.set(line.slice(0, comma), line.slice(comma + 1));
  }
  return rebuilt;
}

/** An upstream's answer with the gate's request id, which no cache may keep; a 304 says nothing of its own about that. */
export function adopt(response, requestId, keepsCacheControl) {
  const adopted = new Response(response.body, response);
  const { headers } = adopted;
  if (!keepsCacheControl) {
    const keepsForm = /(?:^|,)\s*no-transform\s*(?:,|$)/i.test(headers.get('cache-control') ?? '');
    headers.set('cache-control', keepsForm ? 'private, no-store, no-transform' : 'private, no-store');
  }
  headers.set('x-request-id', requestId);
  return adopted;
}

/** An answer with status and fields of `template`. */
export function respond(template, body, requestId) {
  const response = new Response(body, template);
  response.headers.set('x-request-id', requestId);
  return response;
}

/**
 * Calls `settled` with `id`, what becomes of `promise`, and whether that is its value; with `id` alone when it takes longer
 * than `milliseconds`, if that is given.
 */
export function watch(promise, settled, id, milliseconds) {
  const timer = milliseconds === undefined ? undefined : setTimeout(settled, milliseconds, id);
  const end = (value, isGood) => {
    clearTimeout(timer);
    try {
      settled(id, value, isGood);
    } catch (panic) {
      reportError(panic); // as an `error` event, on which the next request starts a new instance
    }
  };
  promise.then(
    (value) => end(value, true),
    (error) => end(error, false),
  );
}

/** Calls `gone` with `id` when the client of `request` is gone before it has an answer. */
export function whenGone({ signal }, gone, id) {
  if (signal) signal.onabort = () => gone(id); // a third of what a listener costs
}

/**
 * The whole body of a request or a response, kept outside wasm until it is whole. Settles with its bytes, or with why there
 * are none: `large` for more than `limit` bytes, `late` after `milliseconds`, `broken` when the other side breaks off.
 */
export async function collect(source, limit, milliseconds) {
  let reader;
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds, 'late');
  });
  try {
    // The platform holds a request to the length that it has declared; an answer's may be that of its compressed form.
    const declared = source instanceof Request ? source.headers.get('content-length') : null;
    if (declared !== null) return Number(declared) > limit ? 'large' : await Promise.race([source.arrayBuffer(), late]);
    reader = source.body?.getReader();
    return await Promise.race([reader ? chunks(reader, limit) : new ArrayBuffer(0), late]);
  } catch {
    return 'broken';
  } finally {
    clearTimeout(timer);
    // What is left unread must not be held any longer.
    reader?.cancel().catch(() => {});
  }
}

async function chunks(reader, limit) {
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts).arrayBuffer();
    length += value.byteLength;
    if (length > limit) return 'large';
    parts.push(value);
  }
}
