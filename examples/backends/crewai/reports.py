"""A CrewAI flow with one tool that only admins may use, and that asks before it acts."""

import json
import os
from contextvars import ContextVar

from ag_ui_crewai import CopilotKitState, agui_feedback_provider, copilotkit_emit_tool_result, copilotkit_stream
from crewai.flow.flow import Flow, listen, router, start
from crewai.flow.human_feedback import HumanFeedbackResult, human_feedback
from crewai.flow.persistence import SQLiteFlowPersistence, persist
from litellm import acompletion

current_user: ContextVar[dict] = ContextVar("current_user")

# A store of this flow's own: the default one is shared by all flows, which find each other's states in it.
STORE = SQLiteFlowPersistence("reports.db")
PUBLISH = {
    "type": "function",
    "function": {
        "name": "publish_report",
        "description": "Publish a report to the whole company.",
        "parameters": {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
    },
}


class State(CopilotKitState):
    call: dict | None = None
    published: list[str] = []


@persist(STORE)
class Reports(Flow[State]):
    @start()
    async def chat(self):
        # A browser can fill every field of the state, so this one counts only if it is set here.
        self.state.call = None
        message = await self.ask_model()
        for call in message.tool_calls or []:
            if call.function.name == "publish_report":
                self.state.call = call.model_dump()

    @router(chat)
    def check(self) -> str:
        if self.state.call is None:
            return "done"
        if self.title() is None:
            return "untitled"
        return "allowed" if current_user.get()["role"] == "admin" else "refused"

    @listen("untitled")
    async def reject(self):
        await self.finish("A report needs a title.")

    @listen("refused")
    async def decline(self):
        user = current_user.get()
        await self.finish(f"Declined: only an admin may publish, and {user['user_id']} is {user['role']}.")

    @listen("allowed")
    @human_feedback(message="Publish the report?", provider=agui_feedback_provider)
    def ask(self) -> str:
        return self.title()

    @listen(ask)
    async def publish(self, feedback: HumanFeedbackResult):
        user = current_user.get()
        if user["role"] != "admin" or feedback.feedback != "yes":
            await self.finish(f"{user['user_id']} decided against it.")
        else:
            self.state.published.append(self.title())
            await self.finish(f"Published {self.title()!r} for {user['user_id']}, {user['role']}.")

    def title(self) -> str | None:
        return json.loads(self.state.call["function"]["arguments"]).get("title")

    async def finish(self, result: str):
        call_id = self.state.call["id"]
        self.state.messages.append({"role": "tool", "tool_call_id": call_id, "content": result})
        await copilotkit_emit_tool_result(call_id, result)
        await self.ask_model()

    async def ask_model(self):
        response = await copilotkit_stream(
            await acompletion(
                model=os.environ.get("MODEL", "openai/gpt-5-mini"),
                messages=[{"role": "system", "content": "You help people with their reports."}, *self.state.messages],
                tools=[PUBLISH, *self.state.copilotkit.actions],
                stream=True,
            )
        )
        message = response.choices[0].message
        self.state.messages.append(message.model_dump())
        return message

    @classmethod
    def from_pending(cls, flow_id, persistence=None, **more):
        return super().from_pending(flow_id, persistence or STORE, **more)
