"""The same agent with the adapter's own `extract_headers`, for which the browser's `state.headers` would count more."""

from ag_ui_adk import add_adk_fastapi_endpoint
from fastapi import FastAPI

from main import agent

app = FastAPI()
add_adk_fastapi_endpoint(app, agent, extract_headers=["x-user-id", "x-user-role"])
