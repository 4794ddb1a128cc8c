"""An agent on FastAPI with one tool that only admins may use, and that asks before it acts."""

import os
from typing import Annotated

from ag_ui.core import RunAgentInput
from ag_ui.encoder import EventEncoder
from copilotkit import LangGraphAGUIAgent
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from langchain.agents import create_agent
from langchain.tools import ToolRuntime, tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import interrupt

from verify import verified_user


@tool
def publish_report(title: str, runtime: ToolRuntime) -> str:
    """Publish a report to the whole company."""
    user = runtime.config["configurable"]["auth_user"]
    if user["role"] != "admin":
        return f"Declined: only an admin may publish, and {user['user_id']} is {user['role']}."
    if interrupt({"question": f"Publish {title!r}?"}) != "yes":
        return f"{user['user_id']} decided against it."
    return f"Published {title!r} for {user['user_id']}, {user['role']}."


graph = create_agent(
    os.environ.get("MODEL", "openai:gpt-5-mini"),
    tools=[publish_report],
    system_prompt="You help people with their reports.",
    checkpointer=InMemorySaver(),
)
app = FastAPI()


@app.post("/")
async def run(run_input: RunAgentInput, user: Annotated[dict, Depends(verified_user)]) -> StreamingResponse:
    # An agent of this request's own: the adapter's `add_langgraph_fastapi_endpoint` gives the graph no headers.
    agent = LangGraphAGUIAgent(name="default", graph=graph, config={"configurable": {"auth_user": user}})
    # Raw events contain the system prompt. CopilotKit's class takes no such argument.
    agent.emit_raw_events = False
    encoder = EventEncoder()
    events = (encoder.encode(event) async for event in agent.run(run_input))
    return StreamingResponse(events, media_type=encoder.get_content_type())
