"""A LlamaIndex agent with one tool that only admins may use."""

import logging
import os
from contextvars import ContextVar
from typing import Annotated

from ag_ui.core import RunAgentInput
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from llama_index.llms.openai import OpenAI
from llama_index.protocols.ag_ui.agent import AGUIChatWorkflow
from llama_index.protocols.ag_ui.router import AGUIWorkflowRouter

from verify import verified_user

current_user: ContextVar[dict] = ContextVar("current_user")


def publish_report(title: str) -> str:
    """Publish a report to the whole company."""
    user = current_user.get()
    if user["role"] != "admin":
        return f"Declined: only an admin may publish, and {user['user_id']} is {user['role']}."
    return f"Published {title!r} for {user['user_id']}, {user['role']}."


class QuietWorkflow(AGUIChatWorkflow):
    """Keeps the agent's instructions out of the history that it sends to the page."""

    def _snapshot_messages(self, ctx, chat_history):
        super()._snapshot_messages(ctx, [message for message in chat_history if message.role != "system"])


async def new_workflow() -> AGUIChatWorkflow:
    return QuietWorkflow(
        llm=OpenAI(model=os.environ.get("MODEL", "gpt-5-mini")),
        system_prompt="You help people with their reports.",
        backend_tools=[publish_report],
        timeout=120,
    )


class WholeAnswerRouter(AGUIWorkflowRouter):
    """Ends the answer to a run that fails. The adapter's own breaks it off, which ends the runtime."""

    async def run(self, input: RunAgentInput) -> StreamingResponse:
        response = await super().run(input)
        response.body_iterator = until_failure(response.body_iterator)
        return response


async def until_failure(events):
    try:
        async for event in events:
            yield event
    except Exception:
        logging.getLogger("uvicorn.error").exception("A run failed; the page has been told.")


async def identify(user: Annotated[dict, Depends(verified_user)]) -> None:
    current_user.set(user)


app = FastAPI()
app.include_router(WholeAnswerRouter(new_workflow).router, dependencies=[Depends(identify)])
