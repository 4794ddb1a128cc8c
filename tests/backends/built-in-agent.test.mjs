// CopilotKit's built-in agent: the runtime makes it for each request, with the user of the gate's identity headers.

import { isHeardWithout } from './support/hearing.mjs';
import { prove } from './support/prove.mjs';
import { named, runtime } from './support/runtime.mjs';

prove('built-in-agent', {
  backend: runtime(),
  believed: [['in headers']],
  more: () => isHeardWithout(named('server.mjs'), 'built-in-agent', { backend: runtime() }),
  heard: { refusal: ['vendor'], outage: ['address'] },
});
