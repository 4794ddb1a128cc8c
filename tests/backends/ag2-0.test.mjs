// AG2 0.x: once with the token verified at the documented endpoint, once with AG2's own endpoint, whose context variables come from
// the state, where the gate writes the user.

import { HttpAgent } from '@ag-ui/client';
import { EVERYWHERE } from './support/lies.mjs';
import { prove } from './support/prove.mjs';
import { uvicorn } from './support/uvicorn.mjs';

const usual = {
  agents: (url) => ({ default: new HttpAgent({ url: `${url}/chat` }) }),
  instructed: EVERYWHERE,
  // It breaks its answer off, and the runtime, which runs in this process, leaves the rejection unhandled.
  fetches: null,
};

prove('ag2-0', { ...usual, backend: uvicorn('main:app') });

prove('ag2-0', {
  ...usual,
  title: 'ag2-0, with the user in the state',
  backend: uvicorn('from_state:app'),
  vars: { IDENTITY_BODY: { '/state/auth_user/user_id': 'sub', '/state/auth_user/role': 'role' } },
  believed: [['in state']],
});
