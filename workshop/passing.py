"""What passes around a handler: log records, a client that leaves, a crowd, a clock put forward."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from workshop.hosts import Gone, Host, Silent
from workshop.scene import Exchange, Scene, request_line
from workshop.seen import Seen, Unmet

AT_ONCE = 100
"""Requests of a crowd that are sent before their answers are read."""


class Visitor:
    """A request on a connection of its own, which can be left before the answer."""

    done = False

    def __init__(self, address: tuple[str, int], path: str, exchange: Exchange) -> None:
        self.exchange = exchange
        self.connection = socket.create_connection(address, 2)
        self.connection.sendall(f"GET {path} HTTP/1.1\r\nHost: api\r\n\r\n".encode())

    def overdue(self) -> None:
        raise Unmet("the request never reached its handler", "a request that reaches its handler")


class Passing:
    """The part of an app that is about what every request passes."""

    scene: Scene
    host: Host
    number: int
    address: tuple[str, int]

    def told(self) -> dict[str, Any]:
        raise NotImplementedError

    def _until(self, do: str, by: Any, what: str, **more: Any) -> None:
        raise NotImplementedError

    def logged(self, logger: str, what: str = "log records") -> Seen:
        """A logger's records, once every exchange has ended: level, message, extra fields.

        `request_id` is the id that was current when the record was made.
        """
        records = [one for one in self.told()["records"] if one["logger"] == logger]
        return Seen(what, records)

    @property
    def tracebacks(self) -> Seen:
        """How many tracebacks a fault left: of log records, and the server's where it got there."""
        return Seen("tracebacks in the log", len(self.faults) + len(self.told()["planned"]))

    @property
    def faults(self) -> list[dict[str, Any]]:
        """The log records that hold a traceback."""
        mark = "Traceback (most recent call last)"
        records = self.told()["records"]
        return [one for one in records if one["exception"] or mark in one["message"]]

    @property
    def traced(self) -> bool:
        """Whether somebody kept what a check's route raised: a log record, or the server."""
        told = self.told()
        return bool(told["planned"]) or any(one["exception"] for one in told["records"])

    def reached(self, by: Any, told: str = "its handler waits until the check lets it go") -> None:
        """Wait until a route of the check stands where it stops; say so. Raises Unmet."""
        self._until("reached", by, "its handler")
        self.scene.then(told)

    def let_go(self) -> None:
        """Let the check's routes go on."""
        self.host.ask("let_go", self.host.deadline)

    def visit(self, path: str) -> Visitor:
        """Send a request that may be left."""
        exchange = self.scene.sent(f"GET {path}", request_line("GET", path, None, ""))
        return Visitor(self.address, path, exchange)

    def leave(self, visitor: Visitor) -> None:
        """Hang up before the answer has come."""
        visitor.connection.close()
        self.scene.then("the client hung up")

    @property
    def saw_leaving(self) -> Seen:
        """Whether a check's handler found out that its client has left."""
        seen = "found out" if self.told()["saw_leaving"] else "never found out"
        return Seen("the handler", seen, plain=True)

    @property
    def behind(self) -> list[dict[str, Any]]:
        """Lines at which layers on Starlette's BaseHTTPMiddleware begin."""
        told: list[dict[str, Any]] = self.host.ask("behind", self.host.deadline, number=self.number)
        return told

    def crowd(self, addresses: Iterable[str], path: str) -> Seen:
        """Ask for `path` once from each address, as a proxy would; which statuses came."""
        lines = [
            f"GET {path} HTTP/1.1\r\nHost: api\r\nX-Forwarded-For: {one}\r\n\r\n"
            for one in addresses
        ]
        statuses: list[int] = []
        with socket.create_connection(self.address, 5) as connection:
            for first in range(0, len(lines), AT_ONCE):
                some = lines[first : first + AT_ONCE]
                connection.sendall("".join(some).encode())
                answered = b""
                while len(found := re.findall(rb"HTTP/1\.1 (\d{3})", answered)) < len(some):
                    part = connection.recv(1 << 16)
                    if not part:
                        raise Unmet("the connection broke off", f"{len(lines)} answers")
                    answered += part
                statuses += map(int, found)
        self.scene.then(f"{len(lines)} requests for {path} in a row")
        return Seen("statuses", sorted(set(statuses)))

    def put_forward(self, seconds: int, told: str) -> None:
        """Put the clock of the app's code forward: time.monotonic, time.time, perf_counter."""
        self.host.ask("put_forward", self.host.deadline, seconds=seconds)
        self.scene.then(told)

    def skip(self, seconds: float) -> None:
        """Let `seconds` pass at once for whatever waits on the event loop.

        What has arrived is taken in first; what waits in a thread sits them out. So only where
        nothing is due that a thread may still bring.
        """
        with suppress(Silent):  # the loop is held: the request that holds it tells more
            self.host.ask("skip", self.host.deadline, seconds=seconds)

    @contextmanager
    def held_deadlines(self) -> Iterator[None]:
        """Let no deadline on the event loop pass: who waits for one waits until this ends."""
        self.host.ask("hold_deadlines", self.host.deadline, on=True)
        try:
            yield
        finally:
            with suppress(Silent, Gone):  # what it was that failed tells more
                self.host.ask("hold_deadlines", self.host.deadline, on=False)

    def remembered(self, texts: list[str], what: str) -> Seen:
        """How many of `texts` can still be reached from the app; `what` names them."""
        count = self.host.ask("remembered", None, number=self.number, texts=texts)
        return Seen(what, count)
