"""Who may use this server: bearers of a token for it, each with threads of their own."""

import asyncio
import os

import jwt
from langgraph_sdk import Auth

auth = Auth()
keys = jwt.PyJWKClient(os.environ["JWKS_URL"])


@auth.authenticate
async def authenticate(authorization: str | None) -> Auth.types.MinimalUserDict:
    try:
        token = (authorization or "").removeprefix("Bearer ")
        key = await asyncio.to_thread(keys.get_signing_key_from_jwt, token)
        claims = jwt.decode(
            token,
            key,
            algorithms=["ES256", "RS256"],
            issuer=os.environ["ISSUER"],
            audience=os.environ["AUDIENCE"],
            options={"require": ["exp", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise Auth.exceptions.HTTPException(status_code=401, detail="Invalid token") from error
    return {"identity": claims["sub"], "role": claims.get("role", "nobody")}


@auth.on
async def deny(ctx: Auth.types.AuthContext, value: dict) -> bool:
    return False


@auth.on.assistants.read
@auth.on.assistants.search
async def allow(ctx: Auth.types.AuthContext, value: dict) -> bool:
    return True


@auth.on.threads
async def own(ctx: Auth.types.AuthContext, value: dict) -> Auth.types.FilterType:
    owner = {"owner": ctx.user.identity}
    value.setdefault("metadata", {}).update(owner)
    return owner
