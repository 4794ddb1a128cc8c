"""The same agent behind AG2's own endpoint: the gate writes the user into the state that AG2 takes its variables from."""

from fastapi import FastAPI

from main import stream

app = FastAPI()
app.mount("/chat", stream.build_asgi())
