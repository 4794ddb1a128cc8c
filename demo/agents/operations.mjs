// The operations agent: restarts services, but only once a person has confirmed it on the page.

import { setTimeout as delay } from 'node:timers/promises';
import { WhoAmIAgent } from '../agent.mjs';
import { TOOL } from '../config.mjs';
import { wordsOf } from './helper.mjs';

const PAUSE_MS = 30;
const SERVICES = ['billing', 'search', 'checkout'];

export class OperationsAgent extends WhoAmIAgent {
  constructor() {
    super({ pace: () => delay(PAUSE_MS), description: 'Restarts services, after you confirm.' });
  }

  async *answer(input) {
    const service = wantedService(input);
    const mayAsk = input.tools.some(({ name }) => name === TOOL);
    if (!service || !mayAsk) return yield* super.answer(input);
    const { threadId, runId } = input;
    const toolCallId = `restart-${runId}`;
    yield { type: 'RUN_STARTED', threadId, runId };
    yield { type: 'TOOL_CALL_START', toolCallId, toolCallName: TOOL };
    yield { type: 'TOOL_CALL_ARGS', toolCallId, delta: JSON.stringify({ service }) };
    yield { type: 'TOOL_CALL_END', toolCallId };
    yield { type: 'RUN_FINISHED', threadId, runId };
  }

  pieces(input) {
    return wordsOf(this.reply(input));
  }

  reply({ messages, tools }) {
    const last = messages.at(-1);
    const user = this.headers['x-user-id'] ?? 'nobody';
    if (last?.role === 'tool') {
      const { confirmed, service } = answerOf(last.content);
      if (!confirmed) return `Nothing was restarted: ${user} said no.`;
      return `**${service}** was restarted. The change log says that **${user}** (${this.headers['x-user-role']}) confirmed it, which the gate told me and the page could not have made up.`;
    }
    if (!tools.some(({ name }) => name === TOOL)) {
      return `I cannot restart anything: no tool \`${TOOL}\` reached me. The gate takes out what you may not use.`;
    }
    return `I restart services. Which one: ${SERVICES.join(', ')}? I will ask you to confirm.`;
  }
}

/** The service that the last message asks to restart. */
function wantedService({ messages }) {
  const last = messages.at(-1);
  if (last?.role !== 'user' || !/restart/i.test(`${last.content}`)) return undefined;
  return SERVICES.find((service) => `${last.content}`.includes(service)) ?? SERVICES[0];
}

function answerOf(content) {
  try {
    return JSON.parse(content);
  } catch {
    return {};
  }
}
