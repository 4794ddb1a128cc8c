// LangGraph behind FastAPI: once with the token verified at the endpoint, once with the adapter's own endpoint, for which the
// gate writes the user into the state. It keeps threads and binds them to nobody.

import { HttpAgent } from '@ag-ui/client';
import { hearsNoHeaders, interrupt } from './support/langgraph.mjs';
import { lies } from './support/lies.mjs';
import { prove } from './support/prove.mjs';
import { uvicorn } from './support/uvicorn.mjs';

const usual = {
  agents: (url) => ({ default: new HttpAgent({ url }) }),
  threads: true,
  instructed: ['system later'],
  question: interrupt,
};

prove('langgraph-fastapi', {
  ...usual,
  backend: uvicorn('main:app'),
  more: (stage) => hearsNoHeaders(stage, lies({})['in stream modes'], false),
});

prove('langgraph-fastapi', {
  ...usual,
  title: 'langgraph-fastapi, with the user in the state',
  backend: uvicorn('from_state:app'),
  vars: { IDENTITY_BODY: { '/state/auth_user/user_id': 'sub', '/state/auth_user/role': 'role' } },
  believed: [['in state'], ['in forwardedProps']],
});
