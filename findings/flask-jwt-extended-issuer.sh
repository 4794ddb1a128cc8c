#!/usr/bin/env bash
# A Flask application that makes tokens and checks them sets `JWT_DECODE_ISSUER` and `JWT_DECODE_AUDIENCE`, and one expects its
# tokens to be accepted. Flask-JWT-Extended 4.7.4 refuses each token that it has just made: what it *writes* is
# `JWT_ENCODE_ISSUER` and `JWT_ENCODE_AUDIENCE`, which stay empty. The other way round, with the latter alone, it accepts them,
# and looks at neither: what it wrote is checked by other services only.
#
# Needs Python 3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check flask==3.1.3 flask-jwt-extended==4.7.4 pyjwt==2.15.1
cat >run.py <<'PY'
import sys

from flask import Flask
from flask_jwt_extended import JWTManager, create_access_token, jwt_required

VALUES = {"ISSUER": "https://api.example.com", "AUDIENCE": "api"}


def outcome(kinds):
    app = Flask("api")
    app.config["JWT_SECRET_KEY"] = "a secret of more than thirty-two bytes"
    for kind in kinds:
        app.config.update({f"JWT_{kind}_{name}": value for name, value in VALUES.items()})
    JWTManager(app)

    @app.get("/")
    @jwt_required()
    def me():
        return {}

    with app.app_context():
        token = create_access_token("alice")
    answer = app.test_client().get("/", headers={"Authorization": f"Bearer {token}"})
    return f"{answer.status_code} {answer.get_json().get('msg', 'accepted')}"


for kinds in ([], ["DECODE"], ["ENCODE"], ["ENCODE", "DECODE"]):
    print(f"{' and '.join(kinds) or 'neither'}: {outcome(kinds)}")
PY
echo 'flask-jwt-extended 4.7.4, PyJWT 2.15.1; issuer and audience set for'
python/bin/python run.py | tee output
expected='neither: 200
DECODE: 4..
ENCODE: 200
ENCODE and DECODE: 200'
while read -r line; do grep -q "^$line " output || { echo 'the behaviour is another now' >&2; exit 1; }; done <<<"$expected"
echo 'as described'
