"""Tokens of fastapi-users by its own strategy and its user manager: `{name: token}` on standard output."""

import asyncio
import json
import os
import uuid
from dataclasses import dataclass

from fastapi_users import BaseUserManager, UUIDIDMixin
from fastapi_users.authentication import JWTStrategy

SECRET = os.environ["JWT_SECRET"]


@dataclass
class User:
    id: uuid.UUID
    email: str = "alice@example.com"
    hashed_password: str = "none"
    is_active: bool = True
    is_superuser: bool = False
    is_verified: bool = False


class UserManager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    # One secret for all, as many set it up.
    reset_password_token_secret = SECRET
    verification_token_secret = SECRET
    sent: dict[str, str] = {}

    async def on_after_forgot_password(self, user, token, request=None):
        self.sent["reset"] = token

    async def on_after_request_verify(self, user, token, request=None):
        self.sent["verify"] = token


async def main():
    user = User(uuid.UUID("3f1c9d2e-5a4b-4c7d-8e6f-0a1b2c3d4e5f"))
    access = await JWTStrategy(secret=SECRET, lifetime_seconds=3600).write_token(user)
    manager = UserManager(user_db=None)
    await manager.forgot_password(user)
    await manager.request_verify(user)
    print(json.dumps({"access": access, **manager.sent}))


asyncio.run(main())
