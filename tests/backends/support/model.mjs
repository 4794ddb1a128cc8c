// The stand-in for a model: CopilotKit's own, which speaks what providers speak. It does what it is told: "Publish Q3" makes
// it call the example's tool, and what a tool answers it repeats.

import { LLMock } from '@copilotkit/aimock';

/** The key that it wants. Any other credential, a user's token say, it refuses: it does not keep what it is sent as one. */
export const MODEL_KEY = 'key-of-the-model';

/** What makes it call the tool without what the tool needs. */
export const FAILING = 'Publish nothing';

/** What it refuses as it refuses a bad credential, and whose words name what a vendor's do. */
export const REFUSED = 'Refuse me';
export const VENDORS_WORDS = ['key-teapot-4711', 'org-kettle', 'deployment-samovar'];
const REFUSAL = {
  status: 401,
  error: {
    message: `Incorrect API key ${VENDORS_WORDS[0]} of ${VENDORS_WORDS[1]}, ${VENDORS_WORDS[2]}.`,
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  },
};

export async function startModel() {
  const mock = await LLMock.create({ port: 0, auth: { apiKeys: [MODEL_KEY] } });
  mock.on({ predicate: () => true }, answerTo);
  const { url, journal } = mock;
  let isClosed = false;
  return {
    url,
    /** Every request so far as one text, headers included: what a provider of models gets to see. */
    get heard() {
      return JSON.stringify(journal.getAll().map(({ headers, body }) => ({ headers, body })));
    },
    /** How often it was asked. */
    get count() {
      return journal.getAll().length;
    },
    /** What it was given to read since it had been asked so often. */
    promptsSince: (count) =>
      JSON.stringify(
        journal
          .getAll()
          .slice(count)
          .map(({ body }) => body),
      ),
    /** The header fields that it was sent since then. */
    headersSince: (count) =>
      journal
        .getAll()
        .slice(count)
        .map(({ headers }) => headers),
    /** Nobody reaches it any more. What it was asked is still known. */
    async close() {
      if (!isClosed) await mock.stop();
      isClosed = true;
    },
  };
}

function answerTo({ messages, tools = [] }) {
  const last = messages.findLast(({ role }) => role === 'user' || role === 'tool');
  const text = textOf(last?.content);
  if (textOf(messages.findLast(({ role }) => role === 'user')?.content) === FAILING)
    return answerToFailure(last, tools);
  if (last?.role === 'tool') return { content: `It says: ${text}` };
  if (text === REFUSED) return REFUSAL;
  const [, title] = /^(?:Current Task: )?Publish (.+)/.exec(text) ?? [];
  if (title === undefined) return { content: `You said: ${text}` };
  return { toolCalls: [{ name: publishing(tools), arguments: JSON.stringify({ title }) }] };
}

/** Of a tool that failed it does not tell: what a page hears then is the backend's own word. */
const answerToFailure = ({ role }, tools) =>
  role === 'tool' ? { content: 'It failed.' } : { toolCalls: [{ name: publishing(tools), arguments: '{}' }] };

/** What LlamaIndex and Strands put in front of what its user said: the state, and the context. */
const PREFACE = /^(<state>.*?<\/state>|Context provided by the application:\n.*?\n\n)/s;

/** The name of the example's tool: that of a server of tools may stand before it. */
const publishing = (tools) =>
  tools.map((tool) => tool.function?.name ?? '').find((name) => name.endsWith('publish_report')) ?? 'publish_report';

const textOf = (content) =>
  (Array.isArray(content) ? content.map(({ text }) => text ?? '').join('') : `${content ?? ''}`)
    .replace(PREFACE, '')
    .trim();
