"""The same agent on AgentOS as it comes: the gate writes the user where Agno looks for one."""

import os

from agno.agent import Agent
from agno.db.sqlite import SqliteDb
from agno.models.openai import OpenAIChat
from agno.os import AgentOS
from agno.os.interfaces.agui import AGUI
from agno.run import RunContext
from agno.tools import tool


@tool(requires_confirmation=True)
def publish_report(title: str, run_context: RunContext) -> str:
    """Publish a report to the whole company."""
    user_id, role = run_context.user_id, run_context.session_state["auth_user"]["role"]
    if role != "admin":
        return f"Declined: only an admin may publish, and {user_id} is {role}."
    return f"Published {title!r} for {user_id}, {role}."


agent = Agent(
    id="assistant",
    model=OpenAIChat(id=os.environ.get("MODEL", "gpt-5-mini")),
    instructions="You help people with their reports.",
    tools=[publish_report],
    db=SqliteDb(db_file="agno.db"),
    add_history_to_context=True,
)
app = AgentOS(agents=[agent], interfaces=[AGUI(agent=agent)]).get_app()
