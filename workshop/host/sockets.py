"""The WebSockets that an app serves: how many, which of them are ending, which it still holds."""

from __future__ import annotations

import gc
import threading
import time
from typing import Any

from starlette.websockets import WebSocket


class Sockets:
    """Counts one app's sockets; the app's loop changes the counts, the checks' thread waits."""

    def __init__(self) -> None:
        self.served = 0
        self.ending = 0
        self.ended = 0
        self.listened_to: dict[int, bool] = {}
        self.let_in: set[int] = set()
        self.changed = threading.Condition()

    async def serve(self, app: Any, scope: Any, receive: Any, send: Any) -> None:
        """Let `app` talk to one socket; it counts as ending once either side said goodbye."""
        said_goodbye = accepted = False

        def goodbye() -> None:
            nonlocal said_goodbye
            self.ending += not said_goodbye
            said_goodbye = True

        async def heard() -> Any:
            if accepted:
                self.let_in.add(scope["client"][1])
                self._settle(scope, True)
            message = await receive()
            if message["type"] == "websocket.disconnect":
                goodbye()
            return message

        async def said(message: Any) -> None:
            nonlocal accepted
            if message["type"] == "websocket.close":
                goodbye()
            accepted = accepted or message["type"] == "websocket.accept"
            await send(message)

        self._count(1)
        try:
            await app(scope, heard, said)
        finally:
            self.ending -= said_goodbye
            self.ended += 1
            self._settle(scope, False)
            self._count(-1)

    def _settle(self, scope: Any, listens: bool) -> None:
        """Whether a client is let in shows when the app listens to it, or is done with it."""
        with self.changed:
            self.listened_to[scope["client"][1]] = listens
            self.changed.notify_all()

    def listens(self, port: int, seconds: float) -> bool:
        """Whether the app listens to the client at this port, once that shows."""
        with self.changed:
            self.changed.wait_for(lambda: port in self.listened_to, seconds)
            return self.listened_to.get(port, False)

    def _count(self, more: int) -> None:
        with self.changed:
            self.served += more
            self.changed.notify_all()

    def wait(self, count: int, seconds: float) -> int:
        """How many are served: `count`, or what there is after `seconds`."""
        with self.changed:
            self.changed.wait_for(lambda: self.served == count, seconds)
            return self.served


def kept(app: Any, count: int, seconds: float) -> int:
    """How many of its connections `app` still holds: `count`, or what there is after `seconds`.

    An exception holds what it passed until somebody has logged it.
    """
    deadline = time.monotonic() + seconds
    while (found := reached(app)) != count and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def reached(app: Any) -> int:
    """How many connections can be reached through WebSocket objects of `app`.

    Frameworks make several objects of one connection; each has a port of its own.
    """
    gc.collect()
    sockets = [one for one in gc.get_objects() if issubclass(type(one), WebSocket)]
    return len({one.scope["client"] for one in sockets if one.scope.get("app") is app})
