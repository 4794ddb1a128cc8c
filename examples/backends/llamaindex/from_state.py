"""The same agent behind the adapter's router as it comes: the gate writes the user into the state that the tool reads."""

import os

from fastapi import FastAPI
from llama_index.core.workflow import Context
from llama_index.llms.openai import OpenAI
from llama_index.protocols.ag_ui.router import get_ag_ui_workflow_router


async def publish_report(ctx: Context, title: str) -> str:
    """Publish a report to the whole company."""
    user = (await ctx.store.get("state"))["auth_user"]
    if user["role"] != "admin":
        return f"Declined: only an admin may publish, and {user['user_id']} is {user['role']}."
    return f"Published {title!r} for {user['user_id']}, {user['role']}."


app = FastAPI()
app.include_router(
    get_ag_ui_workflow_router(
        llm=OpenAI(model=os.environ.get("MODEL", "gpt-5-mini")),
        system_prompt="You help people with their reports.",
        backend_tools=[publish_report],
    )
)
