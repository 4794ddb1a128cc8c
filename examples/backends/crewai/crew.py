"""A crew behind AG-UI, whose one tool only admins may use, with the user of each request's token."""

import logging
import os

from ag_ui_crewai import add_crewai_crew_fastapi_endpoint
from crewai import Agent, Crew, CrewOutput, Task
from crewai.tools import BaseTool
from fastapi import Depends, FastAPI

from main import identify
from reports import current_user

MODEL = os.environ.get("MODEL", "openai/gpt-5-mini")


class PublishReport(BaseTool):
    name: str = "publish_report"
    description: str = "Publish a report to the whole company."

    def _run(self, title: str) -> str:
        user = current_user.get()
        if user["role"] != "admin":
            return f"Declined: only an admin may publish, and {user['user_id']} is {user['role']}."
        return f"Published {title!r} for {user['user_id']}, {user['role']}."


class SteadyCrew(Crew):
    """Each run is one of a copy: it writes its inputs into the tasks. CrewAI ends the whole server if one raises."""

    def kickoff(self, *args, **more) -> CrewOutput:
        try:
            return Crew.kickoff(self.copy(), *args, **more)
        except Exception:
            logging.exception("the crew failed")
            return CrewOutput(raw="The crew failed.")


class Publishing:
    """The model calls the crew by this name, with the inputs of its task."""

    name = "ask_crew_to_publish_report"

    def crew(self) -> SteadyCrew:
        editor = Agent(
            role="editor",
            goal="Publish reports.",
            backstory="You help people with their reports.",
            llm=MODEL,
            tools=[PublishReport()],
        )
        task = Task(description="Publish {title}", expected_output="What came of it.", agent=editor)
        return SteadyCrew(agents=[editor], tasks=[task], chat_llm=MODEL)


app = FastAPI()
add_crewai_crew_fastapi_endpoint(app, Publishing(), "/", dependencies=[Depends(identify)])
