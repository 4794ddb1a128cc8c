// Agno: once with the token verified at its AG-UI endpoint, once on AgentOS as it comes, which takes the user from where the
// gate writes it. Its sessions belong to the user that it is told.

import { HttpAgent } from '@ag-ui/client';
import { inAnswers } from './support/hearing.mjs';
import { prove } from './support/prove.mjs';
import { confirmation } from './support/resume.mjs';
import { uvicorn } from './support/uvicorn.mjs';

const usual = {
  agents: (url) => ({ default: new HttpAgent({ url: `${url}/agui` }) }),
  threads: true,
  fetches: true,
  question: confirmation,
  heard: { ...inAnswers('model'), refusal: ['model', 'vendor'], outage: ['model'] },
};

prove('agno', { ...usual, owner: true, backend: uvicorn('main:app') });

prove('agno', {
  ...usual,
  title: 'agno, with the user in the body',
  backend: uvicorn('from_body:app'),
  believed: [['in forwardedProps', 'in state']],
  pretence: ['in forwardedProps', 'in state'],
  vars: { IDENTITY_BODY: { '/forwardedProps/user_id': 'sub', '/state/auth_user/role': 'role' } },
});
