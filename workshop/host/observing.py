"""What a test does that its result doesn't tell: whom it asks, what it finds, where it sleeps."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from fastapi import FastAPI


class Observer:
    """Wraps what tests pass through, for the life of this process.

    With `mute`, a status, the app itself is never asked in a test's body: every answer has that
    status and an empty object.
    """

    def __init__(self, tests: Path, mute: int | None) -> None:
        self.tests = str(tests)
        self.mute = mute
        self.opened: dict[str, str] = {}
        self.looking = threading.local()
        self.begin("")

    def begin(self, test: str) -> None:
        """From here on it is this test."""
        self.test = test
        self.in_body = False
        self.requests = 0
        self.asserted = 0
        self.bare = False
        self.rows = False
        self.slept: dict[str, Any] | None = None

    def install(self) -> None:
        self._wrap_app()
        self._wrap_sleep()
        sys.addaudithook(self._audit)

    def _wrap_app(self) -> None:
        real = FastAPI.__call__

        async def call(app: FastAPI, scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "lifespan":
                self.requests += self.in_body
                # What a lifespan yields reaches a request by its scope, or not at all.
                self.bare = self.bare or not scope.get("state")
                if self.mute and self.in_body:
                    await silent(self.mute, scope["type"], send)
                    return
            await real(app, scope, receive, send)

        FastAPI.__call__ = call  # type: ignore[method-assign]

    def _wrap_sleep(self) -> None:
        real_sleep, real_wait = time.sleep, asyncio.sleep

        def sleep(seconds: float) -> None:
            self._slept(seconds)
            real_sleep(seconds)

        def wait(seconds: float, result: Any = None) -> Any:
            self._slept(seconds)
            return real_wait(seconds, result)

        time.sleep = sleep
        asyncio.sleep = wait

    def _slept(self, seconds: float) -> None:
        frame = sys._getframe(2)
        file = frame.f_code.co_filename
        if seconds and file.startswith(self.tests):
            name = Path(file).relative_to(self.tests).as_posix()
            self.slept = self.slept or {"file": name, "line": frame.f_lineno}

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event != "sqlite3.connect" or getattr(self.looking, "now", False):
            return
        file = os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes) else ""
        before, self.opened[file] = self.opened.get(file), self.test
        if before not in (None, self.test) and os.path.isfile(file):
            self.rows = self.rows or self._holds_rows(file)

    def _holds_rows(self, file: str) -> bool:
        self.looking.now = True
        try:
            with closing(sqlite3.connect(file)) as database:
                counts = "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM todos)"
                return bool(database.execute(counts).fetchone()[0])
        except sqlite3.Error:
            return False
        finally:
            self.looking.now = False


async def silent(status: int, kind: str, send: Any) -> None:
    """An answer that says nothing."""
    if kind == "websocket":
        await send({"type": "websocket.close", "code": 1011})
        return
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({}).encode()})
