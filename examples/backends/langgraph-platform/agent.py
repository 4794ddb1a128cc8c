"""An agent with one tool that only admins may use, and that asks before it acts."""

import os

from langchain.agents import create_agent
from langchain.tools import ToolRuntime, tool
from langgraph.types import interrupt


@tool
def publish_report(title: str, runtime: ToolRuntime) -> str:
    """Publish a report to the whole company."""
    user = runtime.server_info.user
    if user["role"] != "admin":
        return f"Declined: only an admin may publish, and {user.identity} is {user['role']}."
    if interrupt({"question": f"Publish {title!r}?"}) != "yes":
        return f"{user.identity} decided against it."
    return f"Published {title!r} for {user.identity}, {user['role']}."


graph = create_agent(
    os.environ.get("MODEL", "openai:gpt-5-mini"),
    tools=[publish_report],
    system_prompt="You help people with their reports.",
)
