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
    const { method, url, headers } = request;
    const body = request.body ? await request.arrayBuffer() : undefined;
    // Only the check before the measurements asks for this.
    if (headers.has('x-bench-echo')) {
      const text = body && new TextDecoder().decode(body);
      return Response.json({ method, url, headers: Object.fromEntries(headers), body: text });
    }
    if (body) return new Response(RUN, { headers: { 'content-type': 'text/event-stream' } });
    const answer = url.includes('/threads') ? env.THREADS : url.endsWith('/info') ? env.INFO : env.METADATA;
    return new Response(answer, { headers: { 'content-type': 'application/json', etag: '"1"' } });
  },
};
