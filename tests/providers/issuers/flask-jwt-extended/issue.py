"""Tokens of Flask-JWT-Extended by a server of its own, set up as the page says: `{name: token}` on standard output."""

import json
import os
import sys

from flask import Flask, jsonify
from flask_jwt_extended import JWTManager, create_access_token, create_refresh_token, get_jwt_identity, jwt_required

app = Flask(__name__)
app.config["JWT_SECRET_KEY"] = os.environ["JWT_SECRET"]
if sys.argv[1:] != ["defaults"]:
    audience = os.environ.get("AUDIENCE", "https://app.example.com/copilotkit")
    app.config["JWT_ENCODE_ISSUER"] = app.config["JWT_DECODE_ISSUER"] = "https://api.example.com"
    app.config["JWT_ENCODE_AUDIENCE"] = app.config["JWT_DECODE_AUDIENCE"] = audience
JWTManager(app)
ROLE = {"role": "admin"}


@app.post("/login")
def login():
    return jsonify(access=create_access_token("alice", additional_claims=ROLE), refresh=create_refresh_token("alice"))


@app.post("/refresh")
@jwt_required(refresh=True)
def refresh():
    return jsonify(renewed=create_access_token(get_jwt_identity(), additional_claims=ROLE))


client = app.test_client()
pair = client.post("/login").get_json()
renewed = client.post("/refresh", headers={"Authorization": f"Bearer {pair['refresh']}"}).get_json()
print(json.dumps({**pair, **renewed}))
