import time
import uuid

from jwcrypto.jwt import JWT
from oauth2_provider.settings import oauth2_settings
from oauth2_provider.utils import jwk_from_pem
from oauthlib.oauth2.rfc6749.tokens import random_token_generator


def access_token(request):
    """A JWT for the gate (RFC 9068), if its scope was asked for."""
    if "copilotkit" not in request.scopes:
        return random_token_generator(request)
    key = jwk_from_pem(oauth2_settings.OIDC_RSA_PRIVATE_KEY)
    now, client, user = int(time.time()), request.client.client_id, request.user
    claims = {
        "iss": oauth2_settings.oidc_issuer(request),
        "aud": "https://app.example.com/copilotkit",
        "sub": str(user.pk) if user else client,
        "client_id": client,
        "scope": " ".join(request.scopes),
        "groups": [group.name for group in user.groups.all()] if user else [],
        "iat": now,
        "exp": now + request.expires_in,
        "jti": uuid.uuid4().hex,
    }
    token = JWT(header={"alg": "RS256", "typ": "at+jwt", "kid": key.thumbprint()}, claims=claims)
    token.make_signed_token(key)
    return token.serialize()
