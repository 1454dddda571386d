"""Calls of library functions: counted, told when they begin, held until the checks let go."""

from __future__ import annotations

import functools
import importlib
import threading
from collections.abc import Callable
from typing import Any

HELD_FOR = 5.0
"""Seconds after which a held call goes on by itself: the check has long failed."""


class Watched:
    """One function, "argon2:PasswordHasher.verify", and its calls."""

    def __init__(self, target: str, hold: bool) -> None:
        module, _, path = target.partition(":")
        *owners, self.name = path.split(".")
        self.owner: Any = functools.reduce(getattr, owners, importlib.import_module(module))
        self.real: Callable[..., Any] = getattr(self.owner, self.name)
        self.count = 0
        self.changed = threading.Condition()
        self.released = threading.Event()
        if not hold:
            self.released.set()
        setattr(self.owner, self.name, self._called())

    def _called(self) -> Callable[..., Any]:
        @functools.wraps(self.real)
        def called(*args: Any, **options: Any) -> Any:
            with self.changed:
                self.count += 1
                self.changed.notify_all()
            self.released.wait(HELD_FOR)
            return self.real(*args, **options)

        return called

    def wait(self, patience: float) -> bool:
        """Whether it was called, within `patience` seconds."""
        with self.changed:
            return self.changed.wait_for(lambda: self.count > 0, patience)

    def restore(self) -> None:
        self.released.set()
        setattr(self.owner, self.name, self.real)


class Calls:
    """The functions that a check watches."""

    def __init__(self) -> None:
        self.watched: dict[str, Watched] = {}

    def watch(self, target: str, hold: bool) -> None:
        if target in self.watched:
            self.watched.pop(target).restore()
        self.watched[target] = Watched(target, hold)

    def clear(self) -> None:
        while self.watched:
            self.watched.popitem()[1].restore()
