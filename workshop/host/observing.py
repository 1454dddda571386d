"""What a test does that its result doesn't tell: whom it asks, what it finds, where it sleeps."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from fastapi import FastAPI

Lifespan = Callable[[Any], AbstractAsyncContextManager[Any]]

ON_THE_WAY = ("/api/v1/users", "/api/v1/auth/token")


class Observer:
    """Wraps what tests pass through, for the life of this process.

    With `mute`, a status, the app itself is never asked in a test's body: every answer has that
    status and an empty object.
    """

    def __init__(self, tests: Path, mute: int | None) -> None:
        self.tests = str(tests)
        self.mute = mute
        self.opened: dict[str, str] = {}
        self.inside: WeakKeyDictionary[FastAPI, int] = WeakKeyDictionary()
        self.asked = 0
        self.begin("")

    def begin(self, test: str) -> None:
        """From here on it is this test."""
        self.test = test
        self.in_body = False
        self.requests = 0
        self.asserted = 0
        self.bare = False
        self.over = False
        self.rows = False
        self.slept: dict[str, Any] | None = None

    def install(self) -> None:
        self._wrap_app()
        self._wrap_lifespan()
        self._wrap_sleep()
        self._wrap_connect()

    def _wrap_app(self) -> None:
        real = FastAPI.__call__

        async def call(app: FastAPI, scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "lifespan":
                self.asked += 1
                # Whoever logs in on the way to what is tested isn't asking about it yet.
                asks = self.in_body and scope["path"] not in ON_THE_WAY
                self.requests += asks
                # What a lifespan yields reaches a request by its scope, or not at all.
                self.bare = self.bare or not scope.get("state")
                # A client keeps that state, so an app that has closed all it had may answer still.
                self.over = self.over or self.inside.get(app) == 0
                if self.mute and asks:
                    await silent(self.mute, scope["type"], send)
                    return
            await real(app, scope, receive, send)

        FastAPI.__call__ = call  # type: ignore[method-assign,assignment]

    def _wrap_lifespan(self) -> None:
        real = FastAPI.__init__

        def begin(app: FastAPI, *arguments: Any, **options: Any) -> None:
            real(app, *arguments, **options)
            app.router.lifespan_context = self._counted(app.router.lifespan_context)

        FastAPI.__init__ = begin  # type: ignore[method-assign,assignment]

    def _counted(self, real: Lifespan) -> Lifespan:
        """A lifespan of which is known how many are inside: a test may enter it twice."""

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
            self.inside[app] = self.inside.get(app, 0) + 1
            try:
                async with real(app) as state:
                    yield state
            finally:
                self.inside[app] -= 1

        return lifespan

    def _wrap_sleep(self) -> None:
        real_sleep, real_wait = time.sleep, asyncio.sleep

        def sleep(seconds: Any) -> None:
            self._slept(seconds)
            real_sleep(seconds)

        def wait(seconds: Any, result: Any = None) -> Any:
            self._slept(seconds)
            return real_wait(seconds, result)

        time.sleep = sleep
        asyncio.sleep = wait  # type: ignore[assignment]

    def _slept(self, seconds: float) -> None:
        frame = sys._getframe(2)
        file = frame.f_code.co_filename
        if seconds and file.startswith(self.tests):
            name = Path(file).relative_to(self.tests).as_posix()
            self.slept = self.slept or {"file": name, "line": frame.f_lineno}

    def _wrap_connect(self) -> None:
        real = sqlite3.connect

        def connect(database: Any, *arguments: Any, **options: Any) -> sqlite3.Connection:
            self._opens(os.fsdecode(database) if isinstance(database, str | bytes) else "", real)
            connection: sqlite3.Connection = real(database, *arguments, **options)
            # Nobody needs these databases after a crash; waiting for the disk is most of a run.
            connection.execute("PRAGMA synchronous = OFF")
            return connection

        sqlite3.connect = connect  # type: ignore[assignment]

    def _opens(self, file: str, connect: Callable[[str], sqlite3.Connection]) -> None:
        """Whether a test finds rows in the database that it opens, another test's."""
        before, self.opened[file] = self.opened.get(file), self.test
        if before in (None, self.test) or not os.path.isfile(file):
            return
        counts = "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM todos)"
        with suppress(sqlite3.Error), closing(connect(file)) as database:
            self.rows = self.rows or bool(database.execute(counts).fetchone()[0])


async def silent(status: int, kind: str, send: Any) -> None:
    """An answer that says nothing."""
    if kind == "websocket":
        await send({"type": "websocket.close", "code": 1011})
        return
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({}).encode()})
