// The runtime's stand-in, in the same workerd process as the gate: reads the whole request and answers at once.

const INFO = JSON.stringify({ version: '1.75.0', agents: { default: { name: 'default', description: '' } } });
const EVENTS = [
  { type: 'RUN_STARTED', threadId: 'thread', runId: 'run' },
  { type: 'TEXT_MESSAGE_START', messageId: 'message', role: 'assistant' },
  { type: 'TEXT_MESSAGE_CONTENT', messageId: 'message', delta: 'Hello.' },
  { type: 'TEXT_MESSAGE_END', messageId: 'message' },
  { type: 'RUN_FINISHED', threadId: 'thread', runId: 'run' },
];
const RUN = EVENTS.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

export default {
  async fetch(request) {
    const { headers } = request;
    const body = request.body ? await request.arrayBuffer() : undefined;
    // Only the check before the measurements asks for this.
    if (headers.has('x-bench-echo')) {
      return Response.json({ headers: Object.fromEntries(headers), body: body && new TextDecoder().decode(body) });
    }
    return body
      ? new Response(RUN, { headers: { 'content-type': 'text/event-stream' } })
      : new Response(INFO, { headers: { 'content-type': 'application/json' } });
  },
};
