import os
import jwt  # PyJWT, with cryptography

gate = os.environ["GATE_URL"]  # https://app.example.com/api/copilotkit
keys = jwt.PyJWKClient(f"{gate}/.gate/jwks.json")


def verify_assertion(assertion: str, origin_url: str) -> dict:
    key = keys.get_signing_key_from_jwt(assertion)
    return jwt.decode(assertion, key, algorithms=["ES256"], issuer=gate, audience=origin_url, leeway=5,
                      options={"require": ["exp", "sub", "operation"]})
