"""Tokens by Authlib's own generators, and the key set that it publishes: `{name: token}` on standard output."""

import base64
import json
import os

from authlib.jose import JsonWebKey
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from authlib.oidc.core.grants.util import generate_id_token
from authlib.oidc.core import UserInfo

ISSUER = os.environ["ISSUER"]
AUDIENCE = "https://app.example.com/copilotkit"


class Client:
    """The client of a page, as an application's own model would be."""

    def __init__(self, client_id):
        self.client_id = client_id

    def get_client_id(self):
        return self.client_id

    def get_allowed_scope(self, scope):
        return scope


class User:
    def get_user_id(self):
        return "alice"


def short_key():
    """An EC key with a coordinate that begins with a zero byte: Authlib leaves the byte out, in one key of 128."""
    while True:
        key = JsonWebKey.generate_key("EC", "P-256", {"use": "sig", "alg": "ES256"}, is_private=True)
        public = key.as_dict()
        if any(len(base64.urlsafe_b64decode(public[name] + "==")) < 32 for name in "xy"):
            return key


class Generator(JWTBearerTokenGenerator):
    audience = AUDIENCE

    def get_jwks(self):
        return {"keys": [key.as_dict(is_private=True)]}

    def get_audiences(self, client, user, scope):
        return self.audience

    def get_extra_claims(self, client, grant_type, user, scope):
        return {"role": "admin"} if user else {}


class ForBilling(Generator):
    audience = "https://app.example.com/billing"


key = short_key()
generator = Generator(issuer=ISSUER, alg="ES256")
web, svc = Client("web"), Client("svc")


def access(generator, client, user, grant_type="authorization_code"):
    return generator.generate(grant_type, client, user=user, scope="openid copilotkit")["access_token"]


print(
    json.dumps(
        {
            "jwks": {"keys": [key.as_dict()]},
            "access": access(generator, web, User()),
            "billing": access(ForBilling(issuer=ISSUER, alg="ES256"), web, User()),
            "machine": access(generator, svc, None, "client_credentials"),
            "id": generate_id_token({}, UserInfo(sub="alice"), key, ISSUER, ["web"], "ES256", nonce="n"),
            "assertion": private_key_jwt_sign(key, "web", ISSUER + "/token", alg="ES256"),
        }
    )
)
