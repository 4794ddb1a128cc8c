"""The agent behind FastAPI, for those who bring a token of the identity provider."""

from typing import Annotated

from agent_framework_ag_ui import add_agent_framework_fastapi_endpoint
from fastapi import Depends, FastAPI

from agent import agent, current_user
from verify import verified_user


async def scope(user: Annotated[dict, Depends(verified_user)]) -> str:
    """Whose threads and approvals a request may touch. The framework insists on being told."""
    current_user.set(user)
    return user["user_id"]


app = FastAPI()
add_agent_framework_fastapi_endpoint(app, agent, "/", authorization_scope_resolver=scope)
