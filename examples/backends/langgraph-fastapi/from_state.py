"""The same agent behind the adapter's own endpoint: the gate writes the user into the graph's state."""

import os

from ag_ui_langgraph import add_langgraph_fastapi_endpoint
from copilotkit import LangGraphAGUIAgent
from fastapi import FastAPI
from langchain.agents import AgentState, create_agent
from langchain.tools import ToolRuntime, tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import interrupt


class State(AgentState):
    auth_user: dict


@tool
def publish_report(title: str, runtime: ToolRuntime) -> str:
    """Publish a report to the whole company."""
    user = runtime.state["auth_user"]
    if user["role"] != "admin":
        return f"Declined: only an admin may publish, and {user['user_id']} is {user['role']}."
    if interrupt({"question": f"Publish {title!r}?"}) != "yes":
        return f"{user['user_id']} decided against it."
    return f"Published {title!r} for {user['user_id']}, {user['role']}."


graph = create_agent(
    os.environ.get("MODEL", "openai:gpt-5-mini"),
    tools=[publish_report],
    system_prompt="You help people with their reports.",
    state_schema=State,
    checkpointer=InMemorySaver(),
)


class QuietAgent(LangGraphAGUIAgent):
    """Sends no raw events. The endpoint clones it for each request, with the arguments that `__init__` names."""

    def __init__(self, *, name, graph, description=None, config=None, emit_raw_events=False):
        super().__init__(name=name, graph=graph, description=description, config=config)
        self.emit_raw_events = emit_raw_events


app = FastAPI()
add_langgraph_fastapi_endpoint(app, QuietAgent(name="default", graph=graph), path="/")
