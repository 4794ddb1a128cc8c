// Pydantic AI: the endpoint makes the agent's dependencies, and the scope of its conversations, of the gate's identity headers.

import { inRoot } from '../../scripts/lib/paths.mjs';
import { freeUrl } from '../support/port.mjs';
import { prove } from './support/prove.mjs';
import { resume } from './support/resume.mjs';
import { runtime } from './support/runtime.mjs';
import { uvicorn } from './support/uvicorn.mjs';

const AGENT_URL = `${await freeUrl()}/`;

prove('pydantic-ai', {
  backend(how) {
    const { env, ...started } = runtime(inRoot('examples/backends/runtime.mjs'))(how);
    const agent = uvicorn('main:app')({ port: new URL(AGENT_URL).port });
    return { ...started, beside: [agent], env: { ...env, AGENT_URL } };
  },
  threads: true,
  heard: { refusal: ['model', 'vendor'] },
  believed: [['in headers']],
  pretence: ['in headers'],
  question: { ...resume, answer: (chat, _, ...more) => resume.answer(chat, { approved: true }, ...more) },
});
