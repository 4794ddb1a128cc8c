// Pydantic AI: the endpoint makes the agent's dependencies, and the scope of its conversations, of the gate's identity headers.

import { HttpAgent } from '@ag-ui/client';
import { prove } from './support/prove.mjs';
import { resume } from './support/resume.mjs';
import { uvicorn } from './support/uvicorn.mjs';

prove('pydantic-ai', {
  backend: uvicorn('main:app'),
  agents: (url) => ({ default: new HttpAgent({ url: `${url}/` }) }),
  threads: true,
  believed: [['in headers']],
  pretence: ['in headers'],
  question: { ...resume, answer: (chat, _, ...more) => resume.answer(chat, { approved: true }, ...more) },
});
