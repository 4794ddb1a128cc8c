// A runtime behind one of the V1 adapters, which all build the single-route endpoint and take no hooks.

import '../../support/quiet.mjs';
import { CopilotRuntime, ExperimentalEmptyAdapter, copilotRuntimeNodeHttpEndpoint } from '@copilotkit/runtime';
import { BASE_PATH, baseUrlAt } from '../../../demo/config.mjs';
import { listen } from '../../../demo/listen.mjs';

export async function startV1Origin({ agents }) {
  const answer = copilotRuntimeNodeHttpEndpoint({
    runtime: new CopilotRuntime({ agents }),
    serviceAdapter: new ExperimentalEmptyAdapter(),
    endpoint: BASE_PATH,
  });
  const { port, close } = await listen(0, answer);
  return { url: baseUrlAt(port), close };
}
