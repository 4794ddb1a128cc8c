// @ts-check
// The runtime's stand-in, in the same workerd process as the gate: reads the whole request and answers at once.

const EVENTS = [
  { type: 'RUN_STARTED', threadId: 'thread', runId: 'run' },
  { type: 'TEXT_MESSAGE_START', messageId: 'message', role: 'assistant' },
  { type: 'TEXT_MESSAGE_CONTENT', messageId: 'message', delta: 'Hello.' },
  { type: 'TEXT_MESSAGE_END', messageId: 'message' },
  { type: 'RUN_FINISHED', threadId: 'thread', runId: 'run' },
];
const RUN = EVENTS.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

export default {
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

function answer(url, body, env) {
  if (body) return new Response(RUN, { headers: { 'content-type': 'text/event-stream' } });
  const json = url.includes('/threads') ? env.THREADS : url.endsWith('/info') ? env.INFO : env.METADATA;
  return new Response(json, { headers: { 'content-type': 'application/json', etag: '"1"' } });
}

/** What has arrived, as JSON in base64. */
function echo({ method, url, headers }, body) {
  const text = body && new TextDecoder().decode(body);
  const json = JSON.stringify({ method, url, headers: Object.fromEntries(headers), body: text });
  return new TextEncoder().encode(json).toBase64();
}
