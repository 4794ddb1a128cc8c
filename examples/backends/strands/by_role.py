"""An agent whose tools depend on the role in `forwardedProps`, as in Strands' documentation: the gate writes the role."""

from ag_ui.core import RunAgentInput
from ag_ui_strands import StrandsAgent, StrandsAgentConfig, add_strands_fastapi_endpoint
from fastapi import FastAPI
from strands import Agent, tool

from main import authenticated, model, publish_report, sessions, who


@tool
def read_docs() -> str:
    """Read the handbook on reports."""
    return "A report is published once, by an admin."


def tools_of(run_input: RunAgentInput) -> list[str] | None:
    return ["read_docs"] if (run_input.forwarded_props or {}).get("role") != "admin" else None


agent = StrandsAgent(
    Agent(
        model=model(),
        system_prompt="You help people with their reports.",
        tools=[read_docs, publish_report],
        callback_handler=None,
    ),
    name="assistant",
    config=StrandsAgentConfig(session_manager_provider=sessions, template_tools_provider=tools_of),
)
app = FastAPI()
add_strands_fastapi_endpoint(app, agent, "/", auth=authenticated, invocation_state_provider=who)
