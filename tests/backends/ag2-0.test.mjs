// AG2 0.x: once with the token verified at the documented endpoint, once with AG2's own endpoint, whose context variables come from
// the state, where the gate writes the user.

import { inRoot } from '../../scripts/lib/paths.mjs';
import { freeUrl } from '../support/port.mjs';
import { EVERYWHERE } from './support/lies.mjs';
import { prove } from './support/prove.mjs';
import { runtime } from './support/runtime.mjs';
import { uvicorn } from './support/uvicorn.mjs';

/** An application and, before it, a runtime that outlives the answers that it breaks off. */
const started = (app, url) => (how) => {
  const { env, command, ...rest } = runtime(inRoot('examples/backends/runtime.mjs'))(how);
  const [node, file] = command;
  return {
    ...rest,
    command: [node, '--unhandled-rejections=warn', file],
    beside: [uvicorn(app)({ port: new URL(url).port })],
    env: { ...env, AGENT_URL: `${url}/chat` },
  };
};
const usual = { instructed: EVERYWHERE, heard: { refusal: ['vendor'] } };

prove('ag2-0', { ...usual, backend: started('main:app', await freeUrl()) });

prove('ag2-0', {
  ...usual,
  title: 'ag2-0, with the user in the state',
  backend: started('from_state:app', await freeUrl()),
  vars: { IDENTITY_BODY: { '/state/auth_user/user_id': 'sub', '/state/auth_user/role': 'role' } },
  believed: [['in state']],
});
