// AG2: once with the token verified at the documented endpoint, once with AG2's own endpoint, whose context variables come from
// the state, where the gate writes the user.

import { HttpAgent } from '@ag-ui/client';
import { inAnswers, isHeardWithout } from './support/hearing.mjs';
import { EVERYWHERE } from './support/lies.mjs';
import { prove } from './support/prove.mjs';
import { resume } from './support/resume.mjs';
import { uvicorn } from './support/uvicorn.mjs';

const usual = {
  agents: (url) => ({ default: new HttpAgent({ url: `${url}/chat` }) }),
  instructed: EVERYWHERE,
  question: resume,
  heard: { ...inAnswers('model'), refusal: ['vendor'] },
  named: true,
};

/** The example without the middleware that replaces the stack traces of its tools. */
const TRACED = { 'main.py': (text) => text.replace('    middleware=[QuietFailures],\n', '') };
const FAILED = { insides: ['path'], moment: 'failure' };

prove('ag2', {
  ...usual,
  backend: uvicorn('main:app'),
  more: () => isHeardWithout(TRACED, 'ag2', { ...usual, backend: uvicorn('main:app') }, FAILED),
});

prove('ag2', {
  ...usual,
  title: 'ag2, with the user in the state',
  backend: uvicorn('from_state:app'),
  vars: { IDENTITY_BODY: { '/state/auth_user/user_id': 'sub', '/state/auth_user/role': 'role' } },
  believed: [['in state']],
});
