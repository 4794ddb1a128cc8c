import json
import os
from urllib.request import urlopen

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet

gate = os.environ["GATE_URL"]
read_keys = lambda: KeySet.import_key_set(json.load(urlopen(f"{gate}/.gate/jwks.json")))
keys = read_keys()


def verify_assertion(assertion: str, origin_url: str) -> dict:
    global keys
    try:
        token = jwt.decode(assertion, keys, algorithms=["ES256"])
    except InvalidKeyIdError:
        keys = read_keys()
        token = jwt.decode(assertion, keys, algorithms=["ES256"])
    expected = {
        "iss": {"essential": True, "value": gate},
        "aud": {"essential": True, "value": origin_url},
        "exp": {"essential": True},
    }
    jwt.JWTClaimsRegistry(leeway=5, **expected).validate(token.claims)
    return token.claims
