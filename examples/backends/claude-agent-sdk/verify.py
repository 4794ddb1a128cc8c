"""Who sent a request: the user of the token that the gate forwards, verified once more."""

import os
from typing import Annotated

import jwt
from fastapi import Header, HTTPException

keys = jwt.PyJWKClient(os.environ["JWKS_URL"])


def verified_user(authorization: Annotated[str, Header()] = "") -> dict:
    try:
        token = authorization.removeprefix("Bearer ")
        claims = jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token),
            algorithms=["ES256", "RS256"],
            issuer=os.environ["ISSUER"],
            audience=os.environ["AUDIENCE"],
            options={"require": ["exp", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise HTTPException(status_code=401, detail="Invalid token") from error
    return {"user_id": claims["sub"], "role": claims.get("role", "nobody")}
