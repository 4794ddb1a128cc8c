// CopilotKit's built-in agent: the runtime makes it for each request, with the user of the gate's identity headers.

import { inAnswers } from './support/hearing.mjs';
import { prove } from './support/prove.mjs';
import { runtime } from './support/runtime.mjs';

prove('built-in-agent', {
  backend: runtime(),
  believed: [['in headers']],
  heard: { ...inAnswers('model'), refusal: ['vendor'], outage: ['address'] },
  unhidden: inAnswers('model'),
});
