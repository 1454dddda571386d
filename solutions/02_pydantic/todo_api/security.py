import asyncio

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher


def hasher(cost: int) -> PasswordHash:
    # 19 MiB and one thread a hash are what OWASP asks for, with a cost of two.
    return PasswordHash((Argon2Hasher(time_cost=cost, memory_cost=19_456, parallelism=1),))


async def hash_password(password: str, cost: int) -> str:
    """Hashing is work, not waiting: awaiting doesn't help, a thread does."""
    return await asyncio.to_thread(hasher(cost).hash, password)
