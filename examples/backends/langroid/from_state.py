"""The same agent behind the adapter's endpoint as it comes: the gate writes the user into the state."""

from ag_ui.core import RunAgentInput
from ag_ui_langroid import LangroidAgent, add_langroid_fastapi_endpoint
from fastapi import FastAPI

from main import agent, current_user


def note_user(run_input: RunAgentInput, text: str) -> str:
    current_user.set(run_input.state["auth_user"])
    return text


app = FastAPI()
adapter = LangroidAgent(agent, name="assistant", config={"state_context_builder": note_user})
add_langroid_fastapi_endpoint(app, adapter, "/")
