#!/usr/bin/env bash
# AG-UI's `agent.use(middleware)` lets a runtime change what an agent sends. CopilotKit's runtime runs a clone of the agent for
# each request, and the clone of AbstractAgent keeps the middleware. One expects that of every adapter. The clone of MastraAgent
# (@ag-ui/mastra 1.1.2) has none, so that a middleware that hides something is called when one tries the agent itself, and
# never behind the runtime.
#
# Needs Node 20 or newer with npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --ignore-scripts --legacy-peer-deps --silent @ag-ui/mastra@1.1.2 @ag-ui/client@0.0.59 @ag-ui/core@0.0.59 \
  @mastra/core@1.71.0 rxjs@7.8.1 zod@3.25.76
cat >clone.mjs <<'JS'
import { AbstractAgent } from '@ag-ui/client';
import { MastraAgent } from '@ag-ui/mastra';
import { of } from 'rxjs';

const input = { threadId: 't', runId: 'r', state: {}, messages: [], tools: [], context: [], forwardedProps: {} };
class OwnAgent extends AbstractAgent {
  run = () => of({ type: 'RUN_STARTED', ...input }, { type: 'RUN_FINISHED', threadId: 't', runId: 'r' });
}
const stream = async () => ({ fullStream: (async function* () {})() });
const mastra = { stream, getMemory: async () => undefined, listTools: async () => ({}), model: {} };
const agents = { AbstractAgent: new OwnAgent(), MastraAgent: new MastraAgent({ agent: mastra, resourceId: 'alice' }) };
for (const [name, agent] of Object.entries(agents)) {
  let calls = 0;
  agent.use((request, next) => {
    calls += 1;
    return next.run(request);
  });
  const clone = agent.clone();
  if (agent instanceof OwnAgent) clone.run = agent.run;
  const seen = [];
  for (const each of [agent, clone]) {
    calls = 0;
    await each.runAgent({ runId: 'r' });
    seen.push(calls);
  }
  console.log(`${name}: called ${seen[0]} time for the agent, ${seen[1]} for its clone`);
}
JS
echo "Node $(node --version), @ag-ui/mastra 1.1.2, @ag-ui/client 0.0.59"
output=$(node clone.mjs)
echo "$output"
expected='AbstractAgent: called 1 time for the agent, 1 for its clone
MastraAgent: called 1 time for the agent, 0 for its clone'
[[ $output == "$expected" ]] || { echo 'the behaviour is another now' >&2; exit 1; }
echo 'as described'
