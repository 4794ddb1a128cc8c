"""The flow of reports.py behind AG-UI, with the user of each request's token."""

from typing import Annotated

from ag_ui_crewai import add_crewai_flow_fastapi_endpoint
from fastapi import Depends, FastAPI

from reports import STORE, Reports, current_user
from verify import verified_user


async def identify(user: Annotated[dict, Depends(verified_user)]) -> None:
    current_user.set(user)


app = FastAPI()
add_crewai_flow_fastapi_endpoint(
    app,
    Reports(persistence=STORE),
    "/",
    # CopilotKit's clients answer a question only if the run's end asks it.
    emit_interrupt_outcome=True,
    dependencies=[Depends(identify)],
)
