// @ts-check
// The floor for whoever looks at a stream: reads each chunk of an answer's events, and writes it.

import floor from './floor.js';

export default {
  /**
   * @param {Request} request
   * @param {import('./floor.js').Env} env
   */
  async fetch(request, env) {
    const response = await floor.fetch(request, env);
    if (response.headers.get('content-type') !== 'text/event-stream') return response;
    const { readable, writable } = new /** @type {any} */ (globalThis).IdentityTransformStream();
    copy(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body).getReader(), writable.getWriter());
    return new Response(readable, response);
  },
};

/**
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {WritableStreamDefaultWriter<Uint8Array>} writer
 */
async function copy(reader, writer) {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return writer.close();
    await writer.write(value);
  }
}
