// @ts-check
// The script of `events.rs`: streams of events that are read and written chunk by chunk.

import { PIECE } from './body.js';
import { change } from './bridge.js';

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
