// LangGraph behind FastAPI: once with the token verified at the endpoint, once with the adapter's own endpoint, for which the
// gate writes the user into the state. It keeps threads and binds them to nobody.

import { HttpAgent } from '@ag-ui/client';
import { inAnswers } from './support/hearing.mjs';
import { hearsNoRawEvents, interrupt } from './support/langgraph.mjs';
import { lies } from './support/lies.mjs';
import { prove } from './support/prove.mjs';
import { uvicorn } from './support/uvicorn.mjs';

/** Snapshots of the state and of the messages name the model. */
const TOLD = inAnswers('model');

const usual = {
  agents: (url) => ({ default: new HttpAgent({ url }) }),
  threads: true,
  instructed: ['system later'],
  question: interrupt,
  heard: { ...TOLD, refusal: ['vendor'] },
  named: true,
};

/** What raw events tell. A page may ask for stream modes; this adapter does not look at them. */
const INSIDES = ['instructions', 'model'];
const LOUD = {
  lie: lies({})['in stream modes'],
  isTold: false,
  hears: { heard: { ...inAnswers(...INSIDES), refusal: [...INSIDES, 'vendor'], outage: INSIDES } },
};

/** An application that sends raw events. */
const loud = (app) => (how) => ({
  ...uvicorn(`${app}:app`)(how),
  changes: { [`${app}.py`]: (text) => text.replace(/emit_raw_events( ?= ?)False/, 'emit_raw_events$1True') },
});

const STATE = { IDENTITY_BODY: { '/state/auth_user/user_id': 'sub', '/state/auth_user/role': 'role' } };

prove('langgraph-fastapi', {
  ...usual,
  backend: uvicorn('main:app'),
  more: (stage) => hearsNoRawEvents(stage, 'langgraph-fastapi', { ...usual, backend: loud('main') }, LOUD),
});

prove('langgraph-fastapi', {
  ...usual,
  title: 'langgraph-fastapi, with the user in the state',
  backend: uvicorn('from_state:app'),
  vars: STATE,
  believed: [['in state'], ['in forwardedProps']],
  more: (stage) =>
    hearsNoRawEvents(stage, 'langgraph-fastapi', { ...usual, backend: loud('from_state'), vars: STATE }, LOUD),
});
