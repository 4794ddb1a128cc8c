"""A Claude agent with one tool that only admins may use."""

import asyncio
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from typing import Annotated

from ag_ui.core import BaseEvent, CustomEvent, RunAgentInput
from ag_ui_claude_sdk import ClaudeAgentAdapter, add_claude_fastapi_endpoint
from claude_agent_sdk import ClaudeAgentOptions, create_sdk_mcp_server, tool
from claude_agent_sdk.types import McpSdkServerConfig
from fastapi import Depends, FastAPI

from verify import verified_user

current_user: ContextVar[dict] = ContextVar("current_user")


def reports(user_of: Callable[[], dict]) -> McpSdkServerConfig:
    """The agent's tools, which ask `user_of` at each call."""

    @tool("publish_report", "Publish a report to the whole company.", {"title": str})
    async def publish_report(args: dict) -> dict:
        user = user_of()
        if user["role"] != "admin":
            text = f"Declined: only an admin may publish, and {user['user_id']} is {user['role']}."
        else:
            text = f"Published {args['title']!r} for {user['user_id']}, {user['role']}."
        return {"content": [{"type": "text", "text": text}]}

    return create_sdk_mcp_server("reports", tools=[publish_report])


# A browser writes these: options of the SDK, two parts of the system prompt, and changes of an approved call.
LEFT_OUT = {"forwarded_props": {}, "state": None, "context": [], "resume": None}


class UsersAdapter(ClaudeAgentAdapter):
    """Gives each call of a tool the user of its run. Context variables stay those of the thread's first request."""

    def __init__(self, name: str, options: ClaudeAgentOptions, **kwargs) -> None:
        super().__init__(name, options, **kwargs)
        self._users: dict[str, dict] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def run(self, input_data: RunAgentInput) -> AsyncIterator[BaseEvent]:
        async with self._turns[input_data.thread_id]:
            self._users[input_data.thread_id] = current_user.get()
            async for event in super().run(input_data.model_copy(update=LEFT_OUT)):
                # These tell the page the server's paths, tools and versions, and the vendor's words.
                if not (isinstance(event, CustomEvent) and event.name.startswith(("system:", "claude:"))):
                    yield event

    def build_options(self, input_data=None, thread_id=None, *args, **kwargs) -> ClaudeAgentOptions:
        options = super().build_options(input_data, thread_id, *args, **kwargs)
        options.mcp_servers = {**options.mcp_servers, "reports": reports(lambda: self._users[thread_id])}
        return options


options = ClaudeAgentOptions(
    model=os.environ.get("MODEL", "claude-sonnet-5"),
    system_prompt="You help people with their reports.",
    cwd=tempfile.mkdtemp(),
    # Without these three, a user's text can name a file of the server, which the model is then told, or be a command.
    settings=json.dumps({"permissions": {"deny": ["Read"]}}),
    extra_args={"disable-slash-commands": None},
    tools=[],
    allowed_tools=["mcp__reports__publish_report"],
)


async def identify(user: Annotated[dict, Depends(verified_user)]) -> None:
    current_user.set(user)


app = FastAPI()
# Each thread has a process of its own, until as many others have been used since.
adapter = UsersAdapter("assistant", options, max_workers=20)
add_claude_fastapi_endpoint(app, adapter, "/", dependencies=[Depends(identify)])
