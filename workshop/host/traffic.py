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
        self.waiting = self.closed = 0
        self.opened: list[Any] = []
        self.taken: set[int] = set()

    def listen(self) -> None:
        """Hear of statements and connections, for the life of this process."""
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Pool, "connect", lambda connection, _: self.opened.append(connection))
        event.listen(Pool, "close", self._closed)
        event.listen(Pool, "checkout", self._taken)
        event.listen(Pool, "checkin", self._returned)
        self._notice_waiting()

    def _notice_waiting(self) -> None:
        real = AsyncAdaptedQueue.get

        def get(queue: Any, block: bool = True, timeout: float | None = None) -> Any:
            waits = block and queue.empty()
            self._count_waiting(waits)
            try:
                return real(queue, block, timeout)
            finally:
                self._count_waiting(-waits)

        AsyncAdaptedQueue.get = get  # type: ignore[method-assign, assignment]

    def _count_waiting(self, more: int) -> None:
        with self.changed:
            self.waiting += more
            self.changed.notify_all()

    # What an app leaves behind is closed and given back when the next one is served already: only
    # what was seen to open, or to be taken, counts.

    def _closed(self, connection: Any, _record: Any) -> None:
        self.closed += any(one is connection for one in self.opened)

    def _taken(self, _connection: Any, record: Any, _proxy: Any) -> None:
        with self.changed:
            self.taken.add(id(record))
            self.changed.notify_all()

    def _returned(self, _connection: Any, record: Any) -> None:
        with self.changed:
            self.taken.discard(id(record))
            self.changed.notify_all()

    def _statement(self, *_: Any) -> None:
        if self.statements == "fail":
            raise OperationalError("", {}, RuntimeError("the check lets no statement through"))
        if self.statements == "wait":
            await_(asyncio.Event().wait())  # until the app gives up

    @property
    def connections(self) -> dict[str, int]:
        """How many connections pools opened, closed, and have given out now."""
        return {"opened": len(self.opened), "closed": self.closed, "out": len(self.taken)}

    def at_once(self, requests: int, patience: float) -> int | None:
        """Connections in use once each of so many requests has one or waits; None: too early."""

        def settled() -> bool:
            return len(self.taken) + self.waiting >= requests

        with self.changed:
            return len(self.taken) if self.changed.wait_for(settled, patience) else None

    def given_back(self, patience: float) -> int:
        """Connections that are still in use when none is any more, or `patience` has run out."""
        with self.changed:
            self.changed.wait_for(lambda: not self.taken, patience)
            return len(self.taken)

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
