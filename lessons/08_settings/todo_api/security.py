"""Passwords and tokens. Nothing else in the API imports jose."""

import asyncio
from datetime import UTC, datetime, timedelta

from jose import jwt
from jose.exceptions import JOSEError
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from todo_api.settings import Settings


def hasher(cost: int) -> PasswordHash:
    # 19 MiB and one thread a hash are what OWASP asks for, with a cost of two.
    return PasswordHash((Argon2Hasher(time_cost=cost, memory_cost=19_456, parallelism=1),))


async def hash_password(password: str, cost: int) -> str:
    """Hashing is work, not waiting: awaiting doesn't help, a thread does."""
    return await asyncio.to_thread(hasher(cost).hash, password)


async def check_password(password: str, known: str | None, decoy: str, cost: int) -> bool:
    """One verification whether the user is known or not, so the time tells nothing."""
    right = await asyncio.to_thread(hasher(cost).verify, password, known or decoy)
    return right and known is not None


def create_token(user_id: int, settings: Settings) -> str:
    """A token that says who, and until when."""
    now = datetime.now(UTC)
    end = now + timedelta(minutes=settings.access_token_expire_minutes)
    claims = {"sub": str(user_id), "iat": now, "exp": end}
    return jwt.encode(claims, settings.secret_key.get_secret_value(), algorithm="HS256")


def read_token(token: str, settings: Settings) -> int | None:
    """The user's id; None for any token that isn't ours, whole and current."""
    try:
        required = {"require_exp": True, "require_sub": True}
        key = settings.secret_key.get_secret_value()
        claims = jwt.decode(token, key, algorithms=["HS256"], options=required)
        user_id = int(claims["sub"])
    # jose lets out more than its own: int() of an odd time fails, nested JSON exhausts the stack.
    except (JOSEError, ValueError, TypeError, OverflowError, RecursionError):
        return None
    return user_id if 0 < user_id < 2**31 else None  # what a column of ids can hold
