"""Who sent a request: the user of the assertion that the gate signs for each one."""

import os
from typing import Annotated

import jwt
from fastapi import Header, HTTPException

gate = os.environ["GATE_URL"]
keys = jwt.PyJWKClient(f"{gate}/.gate/jwks.json")


def asserted_user(x_gate_assertion: Annotated[str, Header()] = "") -> dict:
    try:
        claims = jwt.decode(
            x_gate_assertion,
            keys.get_signing_key_from_jwt(x_gate_assertion),
            algorithms=["ES256", "EdDSA"],
            issuer=gate,
            audience=os.environ["ORIGIN_URL"],
            options={"require": ["exp", "sub", "operation"]},
        )
    except jwt.PyJWTError as error:
        raise HTTPException(status_code=401, detail="Not from the gate") from error
    return {"user_id": claims["sub"], "role": claims.get("role", "nobody")}
