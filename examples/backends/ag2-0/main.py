"""An AG2 0.x agent (`autogen`) with one tool that only admins may use."""

import os
from typing import Annotated

from autogen import ConversableAgent, LLMConfig
from autogen.ag_ui import AGUIStream, RunAgentInput
from autogen.agentchat import ContextVariables
from fastapi import Depends, FastAPI, Header
from fastapi.responses import StreamingResponse

from verify import verified_user


def publish_report(title: str, context_variables: ContextVariables) -> str:
    """Publish a report to the whole company."""
    user = context_variables["auth_user"]
    if user["role"] != "admin":
        return f"Declined: only an admin may publish, and {user['user_id']} is {user['role']}."
    return f"Published {title!r} for {user['user_id']}, {user['role']}."


agent = ConversableAgent(
    name="assistant",
    system_message="You help people with their reports.",
    llm_config=LLMConfig({"model": os.environ.get("MODEL", "gpt-5-mini"), "stream": True}),
    functions=[publish_report],
)
stream = AGUIStream(agent)
app = FastAPI()


@app.post("/chat")
async def chat(
    run_input: RunAgentInput,
    user: Annotated[dict, Depends(verified_user)],
    accept: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    # What is given as `context` wins over what the browser sent as `state`.
    events = stream.dispatch(run_input, context={"auth_user": user}, accept=accept)
    return StreamingResponse(events, media_type="text/event-stream")
