"""A flow without questions behind the adapter's own endpoint: the gate writes the user into the flow's state."""

import json
import os

from ag_ui_crewai import (
    CopilotKitState,
    add_crewai_flow_fastapi_endpoint,
    copilotkit_emit_tool_result,
    copilotkit_stream,
)
from crewai.flow.flow import Flow, start
from fastapi import FastAPI
from litellm import acompletion

from reports import PUBLISH


class State(CopilotKitState):
    auth_user: dict = {}


class Reports(Flow[State]):
    @start()
    async def chat(self):
        message = await self.ask_model()
        for call in message.tool_calls or []:
            result = self.publish_report(json.loads(call.function.arguments).get("title"))
            self.state.messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
            await copilotkit_emit_tool_result(call.id, result)
        if message.tool_calls:
            await self.ask_model()

    def publish_report(self, title: str | None) -> str:
        user = self.state.auth_user
        if title is None:
            return "A report needs a title."
        if user["role"] != "admin":
            return f"Declined: only an admin may publish, and {user['user_id']} is {user['role']}."
        return f"Published {title!r} for {user['user_id']}, {user['role']}."

    async def ask_model(self):
        response = await copilotkit_stream(
            await acompletion(
                model=os.environ.get("MODEL", "openai/gpt-5-mini"),
                messages=[{"role": "system", "content": "You help people with their reports."}, *self.state.messages],
                tools=[PUBLISH],
                stream=True,
            )
        )
        message = response.choices[0].message
        self.state.messages.append(message.model_dump())
        return message


app = FastAPI()
add_crewai_flow_fastapi_endpoint(app, Reports(), "/")
