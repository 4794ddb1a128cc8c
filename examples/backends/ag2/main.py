"""An AG2 agent with one tool that only admins may use, and that asks before it acts."""

import os
from typing import Annotated

from ag2 import Agent, Context, ToolResult, tool
from ag2.ag_ui import AGUIStream, RunAgentInput
from ag2.config import OpenAIConfig
from ag2.events import ToolErrorEvent
from ag2.middleware import BaseMiddleware
from fastapi import Depends, FastAPI, Header
from fastapi.responses import StreamingResponse

from verify import verified_user


@tool
async def publish_report(title: str, context: Context) -> str:
    """Publish a report to the whole company."""
    user = context.variables["auth_user"]
    if user["role"] != "admin":
        return f"Declined: only an admin may publish, and {user['user_id']} is {user['role']}."
    if await context.input(f"Publish {title!r}?") != "yes":
        return f"{user['user_id']} decided against it."
    return f"Published {title!r} for {user['user_id']}, {user['role']}."


class QuietFailures(BaseMiddleware):
    """Keeps the stack trace of a failed tool from the model and the page."""

    async def on_tool_execution(self, call_next, event, context):
        done = await call_next(event, context)
        if isinstance(done, ToolErrorEvent):
            done.result = ToolResult("The tool failed.")
        return done


agent = Agent(
    "assistant",
    prompt="You help people with their reports.",
    config=OpenAIConfig(model=os.environ.get("MODEL", "gpt-5-mini"), streaming=True),
    tools=[publish_report],
    middleware=[QuietFailures],
)
stream = AGUIStream(agent)
app = FastAPI()


@app.post("/chat")
async def chat(
    run_input: RunAgentInput,
    user: Annotated[dict, Depends(verified_user)],
    accept: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    # What is given as `variables` wins over what the browser sent as `state`.
    events = stream.dispatch(run_input, variables={"auth_user": user}, accept=accept)
    return StreamingResponse(events, media_type="text/event-stream")
