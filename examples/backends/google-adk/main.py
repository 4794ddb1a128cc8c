"""A Google ADK agent with one tool that only admins may use, and that a person confirms first."""

import os

from ag_ui.core import RunAgentInput
from ag_ui_adk import ADKAgent, add_adk_fastapi_endpoint
from fastapi import FastAPI, Request
from google.adk.agents import LlmAgent
from google.adk.tools import FunctionTool, ToolContext


def publish_report(title: str, tool_context: ToolContext) -> str:
    """Publish a report to the whole company."""
    user = tool_context.state["headers"]
    if user["user_role"] != "admin":
        return f"Declined: only an admin may publish, and {user['user_id']} is {user['user_role']}."
    return f"Published {title!r} for {user['user_id']}, {user['user_role']}."


agent = ADKAgent(
    adk_agent=LlmAgent(
        name="assistant",
        model=os.environ.get("MODEL", "gemini-3-flash"),
        instruction="You help people with their reports.",
        tools=[FunctionTool(publish_report, require_confirmation=True)],
    ),
    app_name="reports",
    # Whose sessions. Without this, each thread would be a user of its own to ADK.
    user_id_extractor=lambda run_input: run_input.state["headers"]["user_id"],
    emit_interrupt_outcome=True,
)


async def headers_of(request: Request, run_input: RunAgentInput) -> dict:
    """What the gate says about the user, in place of whatever the browser has put there."""
    user = {"user_id": request.headers["x-user-id"], "user_role": request.headers.get("x-user-role", "nobody")}
    return {"headers": user}


app = FastAPI()
add_adk_fastapi_endpoint(app, agent, extract_state_from_request=headers_of)
