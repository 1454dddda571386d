"""What passes between an app and its database: broken, held back, cut off or counted by a check."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any

from sqlalchemy import Engine, Pool, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.util import await_
from sqlalchemy.util.queue import AsyncAdaptedQueue


class Traffic:
    """The statements and the connections of the app that is served now."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.clear()

    def clear(self) -> None:
        """Begin anew: another check."""
        self.statements = "pass"
        self.out = self.waiting = 0
        self.opened: list[Any] = []

    def listen(self) -> None:
        """Hear of statements and connections, for the life of this process."""
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Pool, "connect", lambda connection, _: self.opened.append(connection))
        event.listen(Pool, "checkout", lambda *_: self._count(out=1))
        event.listen(Pool, "checkin", lambda *_: self._count(out=-1))
        self._notice_waiting()

    def _notice_waiting(self) -> None:
        real = AsyncAdaptedQueue.get

        def get(queue: Any, block: bool = True, timeout: float | None = None) -> Any:
            waits = block and queue.empty()
            self._count(waiting=waits)
            try:
                return real(queue, block, timeout)
            finally:
                self._count(waiting=-waits)

        AsyncAdaptedQueue.get = get  # type: ignore[method-assign, assignment]

    def _count(self, out: int = 0, waiting: int = 0) -> None:
        with self.changed:
            self.out += out
            self.waiting += waiting
            self.changed.notify_all()

    def _statement(self, *_: Any) -> None:
        if self.statements == "fail":
            raise OperationalError("", {}, RuntimeError("the check lets no statement through"))
        if self.statements == "wait":
            await_(asyncio.Event().wait())  # until the app gives up

    def at_once(self, requests: int, patience: float) -> int | None:
        """Connections in use once each of so many requests has one or waits; None: too early."""

        def settled() -> bool:
            return self.out + self.waiting >= requests

        with self.changed:
            return self.out if self.changed.wait_for(settled, patience) else None

    def given_back(self, patience: float) -> int:
        """Connections that are still in use when none is any more, or `patience` has run out."""
        with self.changed:
            self.changed.wait_for(lambda: self.out <= 0, patience)
            return self.out

    async def cut(self) -> None:
        """Close every connection from the other side, as a server that restarts does."""
        for connection in self.opened:
            await connection.driver_connection.close()


def settings_told(given: dict[str, Any]) -> dict[str, Any]:
    """The app's Settings with some `given` values: how they print, which can be changed."""
    settings = sys.modules["todo_api.settings"].Settings(**given)
    changed = []
    for name, value in dict(settings).items():
        try:
            setattr(settings, name, value)
        except Exception:
            continue
        changed.append(name)
    return {"printed": f"{settings!r} {settings}", "changed": changed}
