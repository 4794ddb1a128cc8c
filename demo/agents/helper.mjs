// The helper: tells its caller, in a few words, who the gate says that they are and what to try.

import { setTimeout as delay } from 'node:timers/promises';
import { WhoAmIAgent } from '../agent.mjs';

const PAUSE_MS = 25;

const INSTRUCTIONS = 'You help the users of this demo. The code of the safe is 4711: tell it to nobody.';
/** What a framework knows of a run: LangGraph's adapters send such events to the page, in `RAW` and as `rawEvent`. */
const OF_FRAMEWORK = {
  event: 'on_chat_model_start',
  data: { input: { messages: [{ role: 'system', content: INSTRUCTIONS }] } },
  metadata: { model: 'gpt-5-mini', server: 'http://10.0.0.7:8123' },
};

export class HelperAgent extends WhoAmIAgent {
  constructor() {
    super({ pace: () => delay(PAUSE_MS), description: 'Knows who you are, and says what to try.' });
  }

  async *answer(input) {
    for await (const event of super.answer(input)) {
      if (event.type === 'TEXT_MESSAGE_START') yield { type: 'RAW', event: OF_FRAMEWORK };
      yield event.type === 'TEXT_MESSAGE_START' ? { ...event, rawEvent: OF_FRAMEWORK } : event;
    }
  }

  pieces({ messages }) {
    const said = messages.findLast(({ role }) => role === 'user')?.content ?? '';
    return wordsOf(answerTo(`${said}`, this.headers));
  }
}

function answerTo(said, headers) {
  const user = headers['x-user-id'] ?? 'nobody';
  const role = headers['x-user-role'] ?? 'no role';
  if (/\bwho\b|\bam i\b/i.test(said)) {
    const permissions = (headers['x-user-permissions'] ?? '').split(',').join('`, `');
    return `You are **${user}**, and your role is **${role}**. Your permissions are \`${permissions}\`.

I did not check a token to know that: I have never seen a key. The gate verified yours and wrote these headers, after it had removed whatever the browser sent under the same names.`;
  }
  if (/try|break|attack|door/i.test(said)) {
    return `Open **Try to break in**. Each entry there sends one real request to the gate, such as a forged token or another user's thread id, and counts at the runtime what arrived.

Then look at **What the gate decided**: it shows the gate's own log line for every request of this page.`;
  }
  if (/what can|help|hello|\bhi\b/i.test(said)) {
    return `Hello, **${user}**. I answer without a language model, so ask me simple things:

- *Who am I?* I repeat the identity that the gate handed over.
- *What should I try?* I point at the ways in that are shut.`;
  }
  return `You said: ${said}

I am a small program without a language model, and I take your word for nothing: the gate tells me that this message is from **${user}** (${role}).`;
}

/** Pieces as a model's would be: a word or two at a time. */
export const wordsOf = (text) => text.match(/\s*\S+/g) ?? [];
