#!/usr/bin/env bash
# An agent has one system prompt, so one expects the model to be told it once in each request. AG-UI's router of LlamaIndex
# (llama-index-protocols-ag-ui 0.6.0) puts it into its MESSAGES_SNAPSHOT as well. An AG-UI client keeps what a snapshot has and
# sends it with the next run, where the router adds the prompt anew: in the fourth turn the model is told it four times.
#
# Needs Python 3.11 or newer with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check llama-index-protocols-ag-ui==0.6.0 llama-index-llms-openai==0.8.3 \
  llama-index-core==0.14.25 fastapi==0.165.0 httpx==0.28.1
cat >turns.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from fastapi import FastAPI
from fastapi.testclient import TestClient
from llama_index.llms.openai import OpenAI
from llama_index.protocols.ag_ui.router import get_ag_ui_workflow_router

seen = []
class Vendor(BaseHTTPRequestHandler):
    def do_POST(self):
        seen.append(json.loads(self.rfile.read(int(self.headers["content-length"])))["messages"])
        self.send_response(200)
        self.end_headers()
        for delta, reason in ({"role": "assistant", "content": "Hi"}, None), ({}, "stop"):
            choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")
    log_message = lambda *_: None

vendor = HTTPServer(("127.0.0.1", 0), Vendor)
threading.Thread(target=vendor.serve_forever, daemon=True).start()
llm = OpenAI(model="gpt-5-mini", api_key="key", api_base=f"http://127.0.0.1:{vendor.server_port}/v1")
app = FastAPI()
app.include_router(get_ag_ui_workflow_router(llm=llm, system_prompt="Be brief."))
rest = {"threadId": "t", "state": {}, "tools": [], "context": [], "forwardedProps": {}}
messages = []
with TestClient(app) as client:
    for turn in range(1, 5):
        messages = [*messages, {"id": f"u{turn}", "role": "user", "content": "Hello"}]
        answer = client.post("/run", json={**rest, "runId": f"r{turn}", "messages": messages})
        events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
        messages = [event for event in events if event["type"] == "MESSAGES_SNAPSHOT"][-1]["messages"]
        told = str(seen[-1]).count("Be brief.")
        print(f"turn {turn}: the model is told the system prompt {told} times")
PY
echo 'llama-index-protocols-ag-ui 0.6.0'
output=$(env/bin/python -W ignore turns.py)
echo "$output"
[[ $(grep -o '[0-9]* times' <<<"$output" | xargs) == '1 times 2 times 3 times 4 times' ]] ||
  { echo 'the behaviour is another now' >&2; exit 1; }
echo 'as described'
