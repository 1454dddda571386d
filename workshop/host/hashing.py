"""Password hashes with little memory: a check makes dozens, and none of them guards anything."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from argon2 import PasswordHasher

MEMORY = 8
"""KiB for each lane: the least that Argon2 takes (RFC 9106, section 3.1)."""


def with_little_memory() -> None:
    """Have every Argon2 hasher of this process use as little memory as there may be.

    A hash is made as before, 20 ms sooner; how long it takes proves nothing, so no check asks.
    """
    real = PasswordHasher.__init__
    parameters = inspect.signature(real)

    @functools.wraps(real)
    def init(*arguments: Any, **named: Any) -> None:
        given = parameters.bind(*arguments, **named)
        given.apply_defaults()
        given.arguments["memory_cost"] = MEMORY * given.arguments["parallelism"]
        real(*given.args, **given.kwargs)

    PasswordHasher.__init__ = init  # type: ignore[method-assign]
