// An agent without a model that asks of the page's client whatever CopilotKit has a feature for: the last message says what.

import { WhoAmIAgent } from '../../../demo/agent.mjs';

const APP_URI = 'ui://clock/app.html';
const SURFACE = 'weather';

/** What an MCP app says once it is shown: that it is there, and that it wants its tool called. */
const APP = `<!doctype html><title>Clock</title><script>
  const say = (message) => parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
  addEventListener('message', ({ data }) => {
    if (data?.id === 1) {
      say({ method: 'ui/notifications/initialized', params: {} });
      say({ id: 2, method: 'tools/call', params: { name: 'time', arguments: {} } });
    }
  });
  const appInfo = { name: 'clock', version: '1' };
  say({ id: 1, method: 'ui/initialize', params: { appInfo, appCapabilities: {}, protocolVersion: '2026-01-26' } });
</script>`;

/** What an MCP server answers, by method. */
const MCP = {
  'resources/read': { contents: [{ uri: APP_URI, mimeType: 'text/html;profile=mcp-app', text: APP }] },
  'tools/call': { content: [{ type: 'text', text: 'noon' }] },
};

/** Word of a message → what the agent does besides its answer, or in place of it. */
const ACTS = {
  note: (input) => call('note', input),
  confirm: (input) => call('confirm', input),
  event: () => [{ type: 'CUSTOM', name: 'on_interrupt', value: 'May I?' }],
  surface: ({ runId }) => [
    {
      type: 'ACTIVITY_SNAPSHOT',
      messageId: `surface-${runId}`,
      activityType: 'a2ui-surface',
      content: { a2ui_operations: surface() },
    },
  ],
  app: ({ runId }) => [
    {
      type: 'ACTIVITY_SNAPSHOT',
      messageId: `app-${runId}`,
      activityType: 'mcp-apps',
      content: { result: { content: [] }, resourceUri: APP_URI, serverHash: 'abc', serverId: 'clock', toolInput: {} },
    },
  ],
  sandbox: ({ runId }) => [
    {
      type: 'ACTIVITY_SNAPSHOT',
      messageId: `sandbox-${runId}`,
      activityType: 'open-generative-ui',
      content: { html: ['<p>Generated</p>'], htmlComplete: true, css: '', cssComplete: true, generating: false },
    },
  ],
  predict: ({ runId }) => [
    { type: 'STATE_SNAPSHOT', snapshot: { draft: '' } },
    { type: 'CUSTOM', name: 'PredictState', value: [{ state_key: 'draft', tool: 'write', tool_argument: 'text' }] },
    { type: 'TOOL_CALL_START', toolCallId: `write-${runId}`, toolCallName: 'write' },
    { type: 'TOOL_CALL_ARGS', toolCallId: `write-${runId}`, delta: '{"text":"Once"}' },
    { type: 'TOOL_CALL_END', toolCallId: `write-${runId}` },
    { type: 'TOOL_CALL_RESULT', messageId: `written-${runId}`, toolCallId: `write-${runId}`, content: 'written' },
    { type: 'STATE_DELTA', delta: [{ op: 'replace', path: '/draft', value: 'Once' }] },
  ],
};

const call = (name, { runId }) => [
  { type: 'TOOL_CALL_START', toolCallId: `${name}-${runId}`, toolCallName: name },
  { type: 'TOOL_CALL_ARGS', toolCallId: `${name}-${runId}`, delta: '{"text":"hello"}' },
  { type: 'TOOL_CALL_END', toolCallId: `${name}-${runId}` },
];

/** Acts that end a run without an answer. */
const SILENT = new Set(['note', 'confirm', 'event', 'outcome']);

export class Performer extends WhoAmIAgent {
  constructor(onRun) {
    super({ pace: async () => {}, onRun });
  }

  async *answer(input) {
    const { runId, forwardedProps, tools } = input;
    const proxied = forwardedProps?.__proxiedMCPRequest;
    if (proxied) return yield* this.finish(input, [], { result: MCP[proxied.method] });
    if (tools.some(({ name }) => name === 'copilotkitSuggest')) return yield* this.finish(input, suggest(input));
    const last = input.messages.at(-1);
    const isResumed = forwardedProps?.command || input.resume || last?.role === 'tool';
    const word = isResumed ? undefined : `${last?.content}`.split(' ').at(-1);
    if (word === 'outcome') {
      const interrupts = [{ id: `interrupt-${runId}`, reason: 'approval', message: 'May I?' }];
      return yield* this.finish(input, [], { outcome: { type: 'interrupt', interrupts } });
    }
    const events = ACTS[word]?.(input) ?? [];
    if (SILENT.has(word)) return yield* this.finish(input, events);
    for await (const event of super.answer(input)) {
      yield event;
      if (event.type === 'RUN_STARTED') yield* events;
    }
  }

  /** A run of these events and no answer. */
  async *finish(input, events, ending = {}) {
    const { threadId, runId } = input;
    this.onRun({ headers: { ...this.headers }, input });
    yield { type: 'RUN_STARTED', threadId, runId };
    yield* events;
    yield { type: 'RUN_FINISHED', threadId, runId, ...ending };
  }
}

const suggest = ({ runId }) => [
  { type: 'TOOL_CALL_START', toolCallId: `suggest-${runId}`, toolCallName: 'copilotkitSuggest' },
  {
    type: 'TOOL_CALL_ARGS',
    toolCallId: `suggest-${runId}`,
    delta: JSON.stringify({ suggestions: [{ title: 'Go on', message: 'Go on' }] }),
  },
  { type: 'TOOL_CALL_END', toolCallId: `suggest-${runId}` },
];

function surface() {
  const components = [
    {
      id: 'root',
      component: 'Button',
      child: 'label',
      action: { event: { name: 'refresh', context: { city: 'Berlin' } } },
    },
    { id: 'label', component: 'Text', text: 'Refresh the weather' },
  ];
  const catalogId = 'https://a2ui.org/specification/v0_9/basic_catalog.json';
  return [
    { version: 'v0.9', createSurface: { surfaceId: SURFACE, catalogId } },
    { version: 'v0.9', updateComponents: { surfaceId: SURFACE, components } },
  ];
}
