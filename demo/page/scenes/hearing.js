// What a page hears of an agent: through the gate, and from the runtime itself.

import { control } from '../traffic/useDemo.js';
import { HELPER_RUN, attempt, input } from './attempt.js';

export const readInstructions = {
  id: 'read-instructions',
  title: "Read the agent's instructions",
  about:
    "An agent's framework may send its own events to the page, too: with the instructions, the model and the servers' addresses.",
  async run(context) {
    const got = await attempt(context, { path: HELPER_RUN, token: await context.token(), body: input() });
    const { left_out: left } = await control('hidden', { id: got.id });
    const { text } = await control('ungated', { id: got.id });
    const instructions = instructionsIn(text);
    const times = (stream) => stream.split(instructions).length - 1;
    return {
      sent: [`POST ${HELPER_RUN}`, 'your own token'],
      came: [`${got.status}: ${kinds(got.text)}`, `the instructions occur ${times(got.text)} times`],
      log: [`left_out: ${JSON.stringify(left)}`],
      without: [`${kinds(text)}`, `the instructions occur ${times(text)} times: "${instructions}"`],
      change: ['HIDE_EVENTS without "RAW"'],
      upstream: `${got.requests} request arrived`,
      holds:
        got.status === 200 &&
        got.requests === 1 &&
        got.text.includes('RUN_FINISHED') &&
        times(got.text) === 0 &&
        !got.text.includes('rawEvent') &&
        times(text) > 0 &&
        left.RAW > 0,
      verdict: 'Let through without them. The page heard the answer, and nothing else.',
    };
  },
};

const eventsIn = (stream) =>
  stream
    .split('\n\n')
    .filter((block) => block.startsWith('data:'))
    .map((block) => JSON.parse(block.slice('data:'.length)));

/** How many events of how many characters a stream has, and how many of them are the framework's own. */
function kinds(stream) {
  const events = eventsIn(stream);
  const raw = events.filter(({ type }) => type === 'RAW').length;
  return `${events.length} events of ${stream.length} characters, ${raw} of them RAW`;
}

/** The first system message that a framework's own event tells of. */
function instructionsIn(stream) {
  const { event } = eventsIn(stream).find(({ type }) => type === 'RAW');
  return event.data.input.messages.find(({ role }) => role === 'system').content;
}
