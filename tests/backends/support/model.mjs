// The stand-in for a model: CopilotKit's own, which speaks what providers speak. It does what it is told: "Publish Q3" makes
// it call the example's tool, and what a tool answers it repeats.

import { LLMock } from '@copilotkit/aimock';

/** The key that it wants. Any other credential, a user's token say, it refuses: it does not keep what it is sent as one. */
export const MODEL_KEY = 'key-of-the-model';

export async function startModel() {
  const mock = await LLMock.create({ port: 0, auth: { apiKeys: [MODEL_KEY] } });
  mock.on({ predicate: () => true }, answerTo);
  return {
    url: mock.url,
    /** Every request so far as one text, headers included: what a provider of models gets to see. */
    get heard() {
      return JSON.stringify(mock.getRequests().map(({ headers, body }) => ({ headers, body })));
    },
    /** How often it was asked. */
    get count() {
      return mock.getRequests().length;
    },
    /** What it was given to read since it had been asked so often. */
    promptsSince: (count) =>
      JSON.stringify(
        mock
          .getRequests()
          .slice(count)
          .map(({ body }) => body),
      ),
    /** The header fields that it was sent since then. */
    headersSince: (count) =>
      mock
        .getRequests()
        .slice(count)
        .map(({ headers }) => headers),
    close: () => mock.stop(),
  };
}

function answerTo({ messages }) {
  const last = messages.findLast(({ role }) => role === 'user' || role === 'tool');
  const text = textOf(last?.content);
  if (last?.role === 'tool') return { content: `It says: ${text}` };
  const [, title] = /^Publish (.+)/.exec(text) ?? [];
  if (title === undefined) return { content: `You said: ${text}` };
  return { toolCalls: [{ name: 'publish_report', arguments: JSON.stringify({ title }) }] };
}

const textOf = (content) =>
  Array.isArray(content) ? content.map(({ text }) => text ?? '').join('') : `${content ?? ''}`;
