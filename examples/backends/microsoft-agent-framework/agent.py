"""An agent with one tool that only admins may use, and that a person approves first."""

import os
from contextvars import ContextVar

from agent_framework import Agent, tool
from agent_framework.openai import OpenAIChatClient

current_user: ContextVar[dict] = ContextVar("current_user")


@tool(approval_mode="always_require")
def publish_report(title: str) -> str:
    """Publish a report to the whole company."""
    user = current_user.get()
    if user["role"] != "admin":
        return f"Declined: only an admin may publish, and {user['user_id']} is {user['role']}."
    return f"Published {title!r} for {user['user_id']}, {user['role']}."


agent = Agent(
    client=OpenAIChatClient(model=os.environ.get("MODEL", "gpt-5-mini")),
    name="assistant",
    instructions="You help people with their reports.",
    tools=[publish_report],
)
