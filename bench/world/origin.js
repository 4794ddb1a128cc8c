// @ts-check
// The runtime's stand-in, in the same workerd process as the gate: reads the whole request and answers at once.

/**
 * Answers as text.
 *
 * @typedef {{THREADS: string, INFO: string, METADATA: string}} Env
 */

const EVENTS = [
  { type: 'RUN_STARTED', threadId: 'thread', runId: 'run' },
  { type: 'TEXT_MESSAGE_START', messageId: 'message', role: 'assistant' },
  { type: 'TEXT_MESSAGE_CONTENT', messageId: 'message', delta: 'Hello.' },
  { type: 'TEXT_MESSAGE_END', messageId: 'message' },
  { type: 'RUN_FINISHED', threadId: 'thread', runId: 'run' },
];
const RUN = EVENTS.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

/** How many events a stream has, each in a chunk of its own. */
const COUNT = 400;
const encoder = new TextEncoder();
/** @param {object} event */
const chunk = (event) => encoder.encode(`data: ${JSON.stringify(event)}\n\n`);
/** @param {number} index */
const delta = (index) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'message-00001', delta: `a${index % 10}` });
/**
 * What LangGraph's adapters send along, of about so many bytes.
 *
 * @param {number} bytes
 */
const framework = (bytes) => ({
  event: 'on_chat_model_stream',
  metadata: { thread_id: 'thread', langgraph_node: 'agent', ls_model_name: 'model' },
  data: {
    chunk: { content: 'a', response_metadata: {}, prompt: 'You are a "helpful" assistant. '.repeat(bytes / 32) },
  },
});
/**
 * By the name of their agent.
 *
 * @type {Record<string, Uint8Array[]>}
 */
const STREAMS = {
  events: Array.from({ length: COUNT }, (_, index) => chunk(delta(index))),
  'events-raw': Array.from({ length: COUNT }, (_, index) =>
    chunk(index % 2 ? { ...delta(index), rawEvent: framework(960) } : { type: 'RAW', event: framework(1070) }),
  ),
  // One chunk of 100 KB over and over, so that the origin's own memory does not grow.
  'events-large': Array(10_000).fill(chunk({ ...delta(0), delta: 'a'.repeat(100_000) })),
};

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   */
  async fetch(request, env) {
    // Only where memory is measured is there a garbage collector to call.
    if (request.headers.has('x-bench-gc')) {
      /** @type {() => void} */ (globalThis.gc)();
      return new Response(null, { status: 204 });
    }
    const body = request.body ? await request.arrayBuffer() : undefined;
    const response = answer(request.url, body, env);
    // Only the check before the measurements asks for this.
    if (request.headers.has('x-bench-echo')) response.headers.set('x-bench-echo', echo(request, body));
    return response;
  },
};

/**
 * @param {string} url
 * @param {ArrayBuffer | undefined} body
 * @param {Env} env
 */
function answer(url, body, env) {
  if (body) {
    const [, agent = ''] = /\/agent\/([^/]+)\/run$/.exec(url) ?? [];
    const events = STREAMS[agent];
    return new Response(events ? stream(events) : RUN, { headers: { 'content-type': 'text/event-stream' } });
  }
  const json = url.includes('/threads') ? env.THREADS : url.endsWith('/info') ? env.INFO : env.METADATA;
  return new Response(json, { headers: { 'content-type': 'application/json', etag: '"1"' } });
}

/** @param {Uint8Array[]} chunks */
function stream(chunks) {
  let next = 0;
  /** @param {ReadableStreamDefaultController<Uint8Array>} controller */
  const pull = (controller) => (next < chunks.length ? controller.enqueue(chunks[next++]) : controller.close());
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

/**
 * What has arrived, as JSON in base64.
 *
 * @param {Request} request
 * @param {ArrayBuffer | undefined} body
 */
function echo({ method, url, headers }, body) {
  const text = body && new TextDecoder().decode(body);
  const json = JSON.stringify({ method, url, headers: Object.fromEntries(headers), body: text });
  return new TextEncoder().encode(json).toBase64();
}
