// @ts-check
// What the runtime's stand-in answers, in the form of the CopilotKit runtime's own answers.

import { THREAD_KEY } from './settings.mjs';
import { seal } from './threads.mjs';
import { ISSUER, USER } from './tokens.mjs';

export const AGENTS = Array.from({ length: 20 }, (_, index) => {
  const number = String(index + 1).padStart(2, '0');
  return index % 4 === 3 ? `admin-${number}` : `agent-${number}`;
});

/** Of 20 agents, 5 hidden from the user by the rules. */
export const INFO = {
  version: '1.75.0',
  agents: Object.fromEntries(
    AGENTS.map((name) => [
      name,
      {
        name,
        description: `Answers questions about the reports of "${name}" and draws charts of them – on request as a table.`,
        className: 'LangGraphAgent',
        capabilities: { tools: { supported: true, clientProvided: true }, multimodal: { input: { image: true } } },
      },
    ]),
  ),
  audioFileTranscriptionEnabled: false,
  mode: 'sse',
  threadEndpoints: { list: true, inspect: true, mutations: false, realtimeMetadata: false },
  suggestions: true,
  a2uiEnabled: true,
  a2ui: { enabled: true, agents: AGENTS },
  openGenerativeUIEnabled: false,
  telemetryDisabled: true,
};

export const SHOWN_AGENTS = AGENTS.filter((name) => !name.startsWith('admin-'));

/**
 * The `index`th of the threads in the list, which the user owns or somebody else.
 *
 * @param {number} index
 * @param {string} sub
 */
const threadId = (index, sub) => seal(THREAD_KEY, ISSUER, sub, `chat-${index}`);

const OWNERS = Array.from({ length: 200 }, (_, index) =>
  index % 2 === 0 ? USER.sub : 'auth0|652f0c1e8a4f5d0012ab34ce',
);

/** 200 threads, every second one of somebody else. */
export const THREADS = {
  threads: OWNERS.map((sub, index) => ({
    id: threadId(index, sub),
    name: index % 3 === 0 ? null : `Net revenue of "Q${(index % 4) + 1}" – by region`,
    agentId: AGENTS[index % AGENTS.length],
    organizationId: '',
    createdById: '',
    archived: false,
    createdAt: new Date(Date.UTC(2026, 10, 1, 8, index)).toISOString(),
    updatedAt: new Date(Date.UTC(2026, 10, 20, 8, index)).toISOString(),
  })),
  nextCursor: null,
};

export const OWN_THREADS = THREADS.threads.filter((_, index) => OWNERS[index] === USER.sub).map(({ id }) => id);

/** An answer that no gate looks into. */
export const METADATA = { licensed: false, learning: { enabled: false }, project: { id: 'bench', name: 'Bench' } };
