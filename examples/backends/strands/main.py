"""An AWS Strands agent with one tool that only admins may use, and that asks before it acts."""

import os
from typing import Annotated

from ag_ui.core import RunAgentInput
from ag_ui_strands import StrandsAgent, StrandsAgentConfig, add_strands_fastapi_endpoint
from fastapi import Depends, FastAPI, Request
from strands import Agent, ToolContext, tool
from strands.hooks import AfterToolCallEvent, HookProvider, HookRegistry
from strands.models.openai import OpenAIModel
from strands.session.file_session_manager import FileSessionManager

from verify import verified_user


@tool(context=True)
def publish_report(title: str, tool_context: ToolContext) -> str:
    """Publish a report to the whole company."""
    user = tool_context.invocation_state["user"]
    if user["role"] != "admin":
        return f"Declined: only an admin may publish, and {user['user_id']} is {user['role']}."
    answer = tool_context.interrupt("publish", reason={"question": f"Publish {title!r}?"})
    if answer.get("response") != "yes":
        return f"{user['user_id']} decided against it."
    return f"Published {title!r} for {user['user_id']}, {user['role']}."


class QuietFailures(HookProvider):
    """Keeps the text of a failed tool's exception from the model and the page."""

    def register_hooks(self, registry: HookRegistry, **_) -> None:
        registry.add_callback(AfterToolCallEvent, self.hide)

    def hide(self, event: AfterToolCallEvent) -> None:
        if event.exception is not None:
            event.result = {**event.result, "content": [{"text": "The tool failed."}]}


def model() -> OpenAIModel:
    return OpenAIModel(model_id=os.environ.get("MODEL", "gpt-5-mini"))


def sessions(run_input: RunAgentInput) -> FileSessionManager:
    # With a session manager, the adapter takes a thread's history from it and not from the browser.
    return FileSessionManager(session_id=run_input.thread_id, storage_dir="sessions")


async def authenticated(request: Request, user: Annotated[dict, Depends(verified_user)]) -> None:
    request.state.user = user


def who(request: Request, run_input: RunAgentInput) -> dict:
    return {"user": request.state.user}


agent = StrandsAgent(
    Agent(
        model=model(),
        system_prompt="You help people with their reports.",
        tools=[publish_report],
        callback_handler=None,
    ),
    name="assistant",
    config=StrandsAgentConfig(session_manager_provider=sessions),
    hooks=[QuietFailures()],
)
app = FastAPI()
add_strands_fastapi_endpoint(app, agent, "/", auth=authenticated, invocation_state_provider=who)
