// A V1 runtime whose actions read the token and the user from CopilotKit's properties, as V1's guides have it. The gate puts
// there what it has verified, in place of whatever the browser sent.

import { createServer } from 'node:http';
import { CopilotRuntime, ExperimentalEmptyAdapter, copilotRuntimeNodeHttpEndpoint } from '@copilotkit/runtime';
import { BuiltInAgent } from '@copilotkit/runtime/v2';
import { map } from 'rxjs';

const { MODEL = 'openai/gpt-5-mini', PORT = 4000, REPORTS_URL = 'http://127.0.0.1:5000' } = process.env;
const PROMPT = 'You help people with their reports.';

/** Leaves out what a run has cost, since that names the model. */
const withoutUsage = (input, next) => next.run(input).pipe(map(({ usage, ...event }) => event));

const agent = new BuiltInAgent({ model: MODEL, prompt: PROMPT, maxSteps: 3 });
const runtime = new CopilotRuntime({
  agents: { default: agent.use(withoutUsage) },
  actions: ({ properties }) => [
    {
      name: 'publish_report',
      description: 'Publish a report to the whole company.',
      parameters: [{ name: 'title', type: 'string', description: 'Title of the report', required: true }],
      async handler({ title }) {
        const answer = await fetch(`${REPORTS_URL}/publish`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${properties.authorization}`,
            'x-user-id': properties.user_id,
            'content-type': 'application/json',
          },
          body: JSON.stringify({ title }),
        });
        return answer.ok ? answer.text() : `Declined: the service answered ${answer.status}.`;
      },
    },
  ],
});

const serviceAdapter = new ExperimentalEmptyAdapter();
// Runtime 1.75.0 looks at its actions too late, unless it is told so.
runtime.handleServiceAdapter(serviceAdapter);
const answer = copilotRuntimeNodeHttpEndpoint({ runtime, serviceAdapter, endpoint: '/api/copilotkit' });
createServer(answer).listen(PORT, '127.0.0.1', () => console.log(`Ready on port ${PORT}`));
