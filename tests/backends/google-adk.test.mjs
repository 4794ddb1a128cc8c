// Google ADK: its adapter puts the gate's identity headers into the session's state, from where agent and tool take the user.

import { HttpAgent } from '@ag-ui/client';
import { MODEL_KEY } from './support/model.mjs';
import { prove } from './support/prove.mjs';
import { resume } from './support/resume.mjs';
import { uvicorn } from './support/uvicorn.mjs';

const started =
  (app) =>
  ({ model, ...how }) => ({
    ...uvicorn(app)(how),
    env: { GOOGLE_GEMINI_BASE_URL: model.url, GOOGLE_API_KEY: MODEL_KEY },
  });
const usual = {
  agents: (url) => ({ default: new HttpAgent({ url: `${url}/` }) }),
  threads: true,
  instructed: ['system first'],
  pretence: ['in headers'],
  heard: { refusal: ['vendor'], outage: ['address'] },
  question: { ...resume, answer: (chat, _, ...more) => resume.answer(chat, { confirmed: true }, ...more) },
};

prove('google-adk', { ...usual, backend: started('main:app'), believed: [['in headers']] });

prove('google-adk', {
  ...usual,
  title: "google-adk, with the adapter's own extract_headers",
  backend: started('by_headers:app'),
  believed: [['in headers'], ['in state']],
});
