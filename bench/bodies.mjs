// Bodies of `agent/run`: a conversation as the CopilotKit client sends it, grown to a size.

const THREAD = '6a1c1f0e-6f0e-4a57-9b8e-0d6f2b1f9c11';

const TOOL = {
  name: 'showChart',
  description: 'Draws a chart in the chat.',
  parameters: {
    type: 'object',
    properties: { title: { type: 'string' }, series: { type: 'array', items: { type: 'number' } } },
    required: ['title', 'series'],
  },
};

const TURNS = [
  (id) => ({
    id,
    role: 'user',
    content: `Could you compare this quarter with the last one? I mean "net" revenue – not gross.\nTurn ${id}.`,
  }),
  (id) => ({
    id,
    role: 'assistant',
    content: '',
    toolCalls: [
      {
        id: `call-${id}`,
        type: 'function',
        function: { name: 'showChart', arguments: '{"title":"Net revenue","series":[118.4,121.9]}' },
      },
    ],
  }),
  (id) => ({ id, role: 'tool', toolCallId: `call-${id}`, content: '{"drawn":true,"points":2}' }),
  (id) => ({
    id,
    role: 'assistant',
    content:
      'Net revenue rose by 3.0 %: from 118.4 to 121.9 million €.\n\n* Subscriptions: +4.1 %\n* Services: −1.2 %\n\nShall I break it down by region?',
  }),
];

/** JSON text of about `bytes` bytes. */
export function runBody(bytes) {
  const messages = [];
  const input = {
    threadId: THREAD,
    runId: 'run-1',
    state: {},
    messages,
    tools: [TOOL],
    context: [],
    forwardedProps: {},
  };
  let size = Buffer.byteLength(JSON.stringify(input));
  for (let turn = 0; ; turn++) {
    const message = TURNS[turn % TURNS.length](`message-${turn}`);
    size += Buffer.byteLength(JSON.stringify(message)) + 1;
    if (size > bytes) return Buffer.from(JSON.stringify(input));
    messages.push(message);
  }
}

/** The thread that every body names. */
export const runThread = THREAD;
