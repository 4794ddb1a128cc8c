#!/usr/bin/env bash
# An AG-UI agent in Python may send a CUSTOM event without a value: `CustomEvent(name="refresh", value=None)`. One expects the
# page to get it. ag-ui-protocol up to 0.1.20 writes such an event without its member `value`, and @ag-ui/client 1.0.0, which
# drops unknown events with no more than a warning, fails the whole run over it; 0.0.59 did not mind. Whoever updates the page
# first sees runs fail that were good, until the agent has ag-ui-protocol 0.1.21, which writes `"value":null`.
#
# Needs Python 3 with venv, and Node 20 or newer with npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >event.py <<'PY'
from ag_ui.core import CustomEvent, EventType
from ag_ui.encoder import EventEncoder

print(EventEncoder().encode(CustomEvent(type=EventType.CUSTOM, name="refresh", value=None)).strip())
PY
cat >run.mjs <<'JS'
import { createServer } from 'node:http';
import { HttpAgent } from '@ag-ui/client';

const run = { threadId: 't', runId: 'r' };
const [started, finished] = ['RUN_STARTED', 'RUN_FINISHED'].map((type) => `data: ${JSON.stringify({ type, ...run })}`);
const server = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end([started, process.argv[2], finished, ''].join('\n\n'));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const agent = new HttpAgent({ url: `http://127.0.0.1:${server.address().port}/` });
await agent.runAgent().then(
  () => console.log('the run finished'),
  ({ message }) => console.log(`the run failed: ${message.replaceAll(/\s+/g, ' ')}`),
);
server.close();
server.closeAllConnections();
JS
failed=0
check() { # ag-ui-protocol, @ag-ui/client, what is expected
  [[ -d "py-$1" ]] || { python3 -m venv "py-$1" && "py-$1/bin/pip" install --quiet --disable-pip-version-check "ag-ui-protocol==$1"; }
  [[ -d "js-$2" ]] || { mkdir "js-$2" && (cd "js-$2" && npm init --yes >/dev/null && npm install --ignore-scripts --silent "@ag-ui/client@$2"); }
  local event output
  event=$("py-$1/bin/python" event.py)
  cp run.mjs "js-$2/"
  output=$(node "js-$2/run.mjs" "$event" 2>/dev/null)
  printf 'ag-ui-protocol %s, @ag-ui/client %s: %s\n  %s\n' "$1" "$2" "$event" "$output"
  [[ $output == "the run $3"* ]] || failed=1
}
check 0.1.20 0.0.59 finished
check 0.1.20 1.0.0 failed
check 0.1.21 1.0.0 finished
((failed == 0)) || { echo 'the behaviour is another now' >&2; exit 1; }
echo 'as described'
