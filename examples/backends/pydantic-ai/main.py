"""A Pydantic AI agent with one tool that only admins may use, and that a person approves first."""

import os
from dataclasses import dataclass
from typing import Annotated

from fastapi import FastAPI, Header, Request, Response
from pydantic_ai import Agent, DeferredToolRequests, RunContext
from pydantic_ai.conversation_store import InMemoryConversationStore
from pydantic_ai.ui.ag_ui import AGUIAdapter


@dataclass
class User:
    id: str
    role: str


agent = Agent(
    os.environ.get("MODEL", "openai:gpt-5-mini"),
    instructions="You help people with their reports.",
    deps_type=User,
    output_type=[str, DeferredToolRequests],
)
conversations = InMemoryConversationStore()
app = FastAPI()


@agent.tool(requires_approval=True)
def publish_report(ctx: RunContext[User], title: str) -> str:
    """Publish a report to the whole company."""
    user = ctx.deps
    if user.role != "admin":
        return f"Declined: only an admin may publish, and {user.id} is {user.role}."
    return f"Published {title!r} for {user.id}, {user.role}."


@app.post("/")
async def run(
    request: Request,
    x_user_id: Annotated[str, Header()],
    x_user_role: Annotated[str, Header()] = "nobody",
) -> Response:
    return await AGUIAdapter.dispatch_request(
        request,
        agent=agent,
        deps=User(x_user_id, x_user_role),
        # What was said and what waits for an approval is kept here, for each user, and not believed of the browser.
        manage_message_history="server",
        conversation_store=conversations,
        conversation_scope=x_user_id,
    )
