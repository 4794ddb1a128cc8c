#!/usr/bin/env bash
# `LangGraphAGUIAgent` of CopilotKit's Python package extends AG-UI's `LangGraphAgent` and is what its guides use. One expects
# it to take the options of that class. It refuses `emit_raw_events`, the switch against an event of LangGraph's own beside each
# event; set on the agent afterwards, it works, but the clone that the endpoint makes for each request has lost it.
#
# Needs Python 3.11 or newer with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check copilotkit==0.1.96 ag-ui-langgraph==0.0.47 langgraph==1.2.24
cat >events.py <<'PY'
import asyncio
from collections import Counter

from ag_ui.core import RunAgentInput
from ag_ui_langgraph import LangGraphAgent
from copilotkit import LangGraphAGUIAgent
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph

graph = StateGraph(MessagesState)
graph.add_node("answer", lambda state: {"messages": [AIMessage("Hi")]})
graph.add_edge(START, "answer")
graph.add_edge("answer", END)
graph = graph.compile(checkpointer=MemorySaver())

async def raw(agent, thread):
    messages = [{"id": "1", "role": "user", "content": "Hello"}]
    rest = {"state": {}, "tools": [], "context": [], "forwarded_props": {}}
    run = RunAgentInput(thread_id=thread, run_id="r", messages=messages, **rest)
    counts = Counter([event.type.value async for event in agent.run(run)])
    return "raw events" if counts["RAW"] else "no raw events"

quiet = LangGraphAgent(name="a", graph=graph, emit_raw_events=False)
print("LangGraphAgent:", asyncio.run(raw(quiet, "1")), "| clone:", asyncio.run(raw(quiet.clone(), "2")))
try:
    LangGraphAGUIAgent(name="a", graph=graph, emit_raw_events=False)
except TypeError:
    print("LangGraphAGUIAgent: TypeError")
quiet = LangGraphAGUIAgent(name="a", graph=graph)
quiet.emit_raw_events = False
print("set afterwards:", asyncio.run(raw(quiet, "3")))
try:
    quiet.clone()
except TypeError:
    print("its clone: TypeError")
PY
echo 'copilotkit 0.1.96, ag-ui-langgraph 0.0.47, langgraph 1.2.24'
output=$(env/bin/python -W ignore events.py)
echo "$output"
expected='LangGraphAgent: no raw events | clone: no raw events
LangGraphAGUIAgent: TypeError
set afterwards: no raw events
its clone: TypeError'
[[ $output == "$expected" ]] || { echo 'the behaviour is another now' >&2; exit 1; }
echo 'as described'
