"""A Langroid agent with one tool that only admins may use."""

import os
from contextvars import ContextVar
from typing import Annotated

from ag_ui_langroid import LangroidAgent, add_langroid_fastapi_endpoint
from fastapi import Depends, FastAPI
from langroid import ChatAgent, ChatAgentConfig, ToolMessage
from langroid.language_models.openai_gpt import OpenAIGPTConfig

from verify import verified_user

current_user: ContextVar[dict] = ContextVar("current_user")


class PublishReport(ToolMessage):
    request: str = "publish_report"
    purpose: str = "Publish a report to the whole company."
    title: str


class Assistant(ChatAgent):
    def publish_report(self, message: PublishReport) -> str:
        user = current_user.get()
        if user["role"] != "admin":
            return f"Declined: only an admin may publish, and {user['user_id']} is {user['role']}."
        return f"Published {message.title!r} for {user['user_id']}, {user['role']}."


agent = Assistant(
    ChatAgentConfig(
        llm=OpenAIGPTConfig(chat_model=os.environ.get("MODEL", "gpt-5-mini")),
        system_message="You help people with their reports.",
        use_functions_api=True,
        use_tools=False,
    )
)
agent.enable_message(PublishReport)


async def identify(user: Annotated[dict, Depends(verified_user)]) -> None:
    current_user.set(user)


app = FastAPI()
add_langroid_fastapi_endpoint(app, LangroidAgent(agent, name="assistant"), "/", dependencies=[Depends(identify)])
