// @ts-check
// Bodies of `agent/run`: a conversation as the CopilotKit client sends it, grown to a size. Members are in the client's
// order, and those that backends would trust are among them.

const THREAD = '6a1c1f0e-6f0e-4a57-9b8e-0d6f2b1f9c11';

const TOOLS = [
  {
    name: 'showChart',
    description: 'Draws a chart in the chat.',
    parameters: {
      type: 'object',
      properties: {
        title: { type: 'string', description: 'What stands above it.' },
        kind: { type: 'string', enum: ['line', 'bar', 'pie'] },
        series: { type: 'array', items: { type: 'number' } },
      },
      required: ['title', 'series'],
      additionalProperties: false,
      $schema: 'http://json-schema.org/draft-07/schema#',
    },
  },
  {
    name: 'openReport',
    description: 'Opens one of the reports that the page lists.',
    parameters: {
      type: 'object',
      properties: { id: { type: 'string' }, region: { type: 'string' } },
      required: ['id'],
      additionalProperties: false,
      $schema: 'http://json-schema.org/draft-07/schema#',
    },
  },
];

const CONTEXT = [
  {
    description: 'The report that the user is looking at',
    value: '{"id":"q3-revenue","region":"EMEA","currency":"EUR"}',
  },
  { description: "The user's time zone", value: 'Europe/Zurich' },
];

/** What an agent keeps between runs, with what Google's ADK would take for the user. */
const STATE = {
  report: { id: 'q3-revenue', filters: ['subscriptions', 'services'], page: 3 },
  proposals: ['Compare by region', 'Export as CSV'],
  headers: { user_id: 'somebody-else' },
};

/** The `properties` of the page, with what LangGraph, Agno and older guides would take for the user or a credential. */
const PROPERTIES = {
  locale: 'en-GB',
  temperature: 0.25,
  user_id: 'somebody-else',
  authorization: 'Bearer of-somebody-else',
  config: { recursion_limit: 25, configurable: { model: 'small', langgraph_auth_user: { identity: 'somebody-else' } } },
};

const ROWS = JSON.stringify({
  rows: ['EMEA', 'Americas', 'APAC', 'Other'].map((region, index) => ({
    region,
    'revenue net': 118.4 + index,
    previous: 121.9 - index,
    note: `says "${region}": up 3.0 %`,
  })),
  next: null,
});

/** @type {((id: string) => object)[]} */
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
        function: { name: 'showChart', arguments: '{"title":"Net revenue","kind":"bar","series":[118.4,121.9]}' },
      },
    ],
  }),
  (id) => ({ id, role: 'tool', toolCallId: `call-${id}`, content: ROWS }),
  (id) => ({
    id,
    role: 'assistant',
    content:
      'Net revenue rose by 3.0 %: from 118.4 to 121.9 million €.\n\n* Subscriptions: +4.1 %\n* Services: −1.2 %\n\n' +
      'Most of it comes from renewals in EMEA, which were moved forward from October. Without them, revenue would have ' +
      'stayed where it was. The services line fell because two projects ended in July.\n\nShall I break it down by region?',
  }),
];

/**
 * JSON text of about `bytes` bytes.
 *
 * @param {number} bytes
 */
export function runBody(bytes) {
  /** @type {object[]} */
  const messages = [];
  const input = {
    threadId: THREAD,
    runId: '0b8f3f0e-9d0f-4d7e-8a55-3f1e6c2d7a90',
    tools: TOOLS,
    context: CONTEXT,
    forwardedProps: PROPERTIES,
    state: STATE,
    messages,
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
