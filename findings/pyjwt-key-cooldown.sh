#!/usr/bin/env bash
# PyJWT's PyJWKClient looks a key up by its kid, and for years it has fetched the set again when the kid was unknown. So one
# expects a key that its issuer has just published to be found at the first token. PyJWT 2.15.1 fetches for an unknown kid only
# thirty seconds after its last fetch (`cooldown_duration`), also after one that was made for the cache: whoever replaces a key
# without publishing it first gets refusals that 2.10.1 did not give.
#
# Needs Python 3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >rotate.py <<'PY'
import json, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

keys = {kid: ec.generate_private_key(ec.SECP256R1()) for kid in ("old", "new")}
published = []


class Keys(BaseHTTPRequestHandler):
    def do_GET(self):
        jwks = [dict(json.loads(ECAlgorithm.to_jwk(keys[kid].public_key())), kid=kid, alg="ES256") for kid in published]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"keys": jwks}).encode())

    log_message = lambda *_: None


def verified(client, kid):
    token = jwt.encode({"sub": "alice"}, keys[kid], algorithm="ES256", headers={"kid": kid})
    try:
        return jwt.decode(token, client.get_signing_key_from_jwt(token).key, algorithms=["ES256"])["sub"]
    except jwt.PyJWTError as error:
        return type(error).__name__


server = HTTPServer(("127.0.0.1", 0), Keys)
threading.Thread(target=server.serve_forever, daemon=True).start()
for options in [{}] + ([{"cooldown_duration": 0}] if sys.argv[1] == "2.15.1" else []):
    published[:] = ["old"]
    client = jwt.PyJWKClient(f"http://127.0.0.1:{server.server_port}/", **options)
    before = verified(client, "old")
    published.append("new")
    print(f"PyJWT {jwt.__version__} {options}: old key {before}, new key {verified(client, 'new')}")
PY
for version in 2.10.1 2.15.1; do
  python3 -m venv "$version" && "$version/bin/pip" install --quiet --disable-pip-version-check "pyjwt==$version" cryptography==50.0.2
  "$version/bin/python" rotate.py "$version"
done | tee output
diff - output <<'EXPECTED' || { echo 'the behaviour is another now' >&2; exit 1; }
PyJWT 2.10.1 {}: old key alice, new key alice
PyJWT 2.15.1 {}: old key alice, new key PyJWKClientError
PyJWT 2.15.1 {'cooldown_duration': 0}: old key alice, new key alice
EXPECTED
