import json
import os
from urllib.request import urlopen

from authlib.jose import JsonWebKey, JsonWebToken

gate = os.environ["GATE_URL"]
read_keys = lambda: JsonWebKey.import_key_set(json.load(urlopen(f"{gate}/.gate/jwks.json")))
keys = read_keys()


def verify_assertion(assertion: str, origin_url: str) -> dict:
    global keys
    expected = {
        "iss": {"essential": True, "value": gate},
        "aud": {"essential": True, "value": origin_url},
        "exp": {"essential": True},
    }
    decode = lambda: JsonWebToken(["ES256"]).decode(assertion, keys, claims_options=expected)
    try:
        claims = decode()
    except ValueError:  # an unknown key id
        keys = read_keys()
        claims = decode()
    claims.validate(leeway=5)
    return claims
