"""The API as it is deployed, for tests and notebooks: a process, a database, a line to cut."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from workshop.course import ROOT

FOLDER = ROOT / "solutions" / "08_settings"
KEY = "a key for these tests alone, of more than 32 characters"
SETTINGS = {
    "TODO_SECRET_KEY": KEY,
    "TODO_PASSWORD_COST": "1",
    "TODO_UPSTREAM_TIMEOUT": "60",
    "TODO_ACCESS_TOKEN_EXPIRE_MINUTES": "1440",
}
OPTIONS = ["--no-access-log", "--no-proxy-headers", "--timeout-graceful-shutdown", "20"]
RUNNING = re.compile(r"Uvicorn running on http://127\.0\.0\.1:(\d+)")
STARTS_WITHIN = 60.0


class Api:
    """One uvicorn process. It is starting when this returns; `ready` waits until it answers."""

    def __init__(
        self,
        url: str,
        app: str = "todo_api.main:create_app",
        folder: Path = FOLDER,
        **settings: str,
    ) -> None:
        """`settings` are variables, beside those of SETTINGS; `app` is a factory in `folder`."""
        outside = {k: v for k, v in os.environ.items() if not k.startswith("TODO_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--factory", app, "--port", "0", *OPTIONS],
            cwd=folder,
            env={**outside, **SETTINGS, "TODO_DATABASE_URL": url, **settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log: list[str] = []
        self.base = ""
        self.said = threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stderr:
            for line in stderr:
                self.log.append(line)
                if found := RUNNING.search(line):
                    self.base = f"http://127.0.0.1:{found[1]}"
                    self.said.set()
        self.said.set()

    def ready(self) -> Api:
        """Itself, once it answers. Raises RuntimeError with its log where it doesn't start."""
        if not self.said.wait(STARTS_WITHIN) or not self.base:
            raise RuntimeError("the API didn't start:\n" + "".join(self.log))
        return self

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def end(self, number: signal.Signals, within: float = 40) -> int:
        """Its exit code, after this signal."""
        self.process.send_signal(number)
        code = self.process.wait(within)
        self.reader.join(5)
        return code


class Database:
    """An empty database of a test's own, and a connection of its own to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.kind = url.partition("+")[0]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement, committed; what it returns."""
        if self.kind == "sqlite":
            file = self.url.partition("///")[2]
            with closing(sqlite3.connect(file, timeout=30)) as connection, connection:
                return list(connection.execute(statement))
        return on_postgresql(self.url, statement)


def on_postgresql(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement there, on a connection of its own."""
    import asyncpg  # type: ignore[import-untyped]  # only the proof has it

    async def run() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(url.replace("+asyncpg", "", 1), timeout=5)
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    return asyncio.run(run())


@contextmanager
def sqlite_database(folder: Path) -> Iterator[Database]:
    yield Database(f"sqlite+aiosqlite:///{folder / 'todo.db'}")


@contextmanager
def postgresql_database(server: str) -> Iterator[Database]:
    """A new database there, its tables made by hand as a deployer makes them; dropped at last."""
    name = f"workshop_{secrets.token_hex(8)}"
    on_postgresql(server, f"CREATE DATABASE {name}")
    url = f"{server.rpartition('/')[0]}/{name}"
    try:
        command = [sys.executable, "-m", "todo_api.database"]
        settings = {**os.environ, **SETTINGS, "TODO_DATABASE_URL": url}
        subprocess.run(command, cwd=FOLDER, env=settings, check=True, timeout=60)
        yield Database(url)
    finally:
        on_postgresql(server, f"DROP DATABASE {name} WITH (FORCE)")


class Relay:
    """Stands between the API and a server: cut, it refuses; silent, it passes nothing on."""

    def __init__(self, host: str, port: int) -> None:
        self.behind = (host, port)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.open()

    def _run(self, work: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            await work()

        asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)

    def open(self) -> None:
        """Take connections, on the same port as before."""

        async def listen() -> None:
            self.heard = asyncio.Event()
            self.heard.set()
            self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self.server.sockets[0].getsockname()[1]

        self._run(listen)

    def cut(self) -> None:
        """Break every connection off, and refuse new ones."""

        async def cut() -> None:
            self.server.close()
            for writer in self.writers:
                writer.transport.abort()
            self.writers.clear()
            self.heard.set()

        self._run(cut)

    def silence(self, on: bool) -> None:
        """Keep back what either side sends."""
        self.loop.call_soon_threadsafe(self.heard.clear if on else self.heard.set)

    def close(self) -> None:
        self.cut()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0.05))
        self.loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self.behind)
        self.writers |= {writer, back}

        async def pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
            try:
                while part := await source.read(1 << 16):
                    await self.heard.wait()
                    to.write(part)
                    await to.drain()
            except OSError:
                pass
            finally:
                to.close()

        await asyncio.gather(pass_on(reader, back), pass_on(there, writer))
