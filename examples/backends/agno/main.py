"""An Agno agent with one tool that only admins may use, and that a person confirms first."""

import os
from contextvars import ContextVar
from typing import Annotated

from agno.agent import Agent
from agno.db.sqlite import SqliteDb
from agno.models.openai import OpenAIChat
from agno.os.interfaces.agui import AGUI
from agno.run import RunContext
from agno.tools import tool
from fastapi import Depends, FastAPI, Request

from verify import verified_user

current_role: ContextVar[str] = ContextVar("current_role")


@tool(requires_confirmation=True)
def publish_report(title: str, run_context: RunContext) -> str:
    """Publish a report to the whole company."""
    user_id, role = run_context.user_id, current_role.get()
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


async def identify(request: Request, user: Annotated[dict, Depends(verified_user)]) -> None:
    # Where Agno's own JWT middleware puts it: it wins over the `user_id` that a browser may send.
    request.state.user_id = user["user_id"]
    current_role.set(user["role"])


app = FastAPI()
app.include_router(AGUI(agent=agent).get_router(), dependencies=[Depends(identify)])
