"""Answers every request that carries a valid assertion with its subject: `python server.py LIBRARY`."""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module

verify_assertion = import_module(f"verify_{sys.argv[1]}").verify_assertion


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("content-length", "0")))
        try:
            claims = verify_assertion(self.headers.get("x-gate-assertion") or "", os.environ["ORIGIN_URL"])
            status, body = 200, json.dumps({"sub": claims["sub"]})
        except Exception as error:
            status, body = 401, f"{type(error).__name__}: {error}"
        content = body.encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
print("listening", flush=True)
server.serve_forever()
