"""Hosts, seen from the checks: have one born, ask it things, find out why it ended, end it."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import tempfile
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from workshop import words
from workshop.births import (
    FORKS,
    Births,
    Forked,
    Lacking,
    Started,
    called,
    environment,
    lacking,
    last_line,
)
from workshop.host.frames import Folder, Line
from workshop.host.stacks import fallen_at
from workshop.patience import within

MOVING = 8
"""Seconds that a start may take beyond the usual, as long as it goes from file to file."""

TELLS_WITHIN = 5.0
"""Seconds for a host to say what it heard: a busy machine takes its time."""


class Silent(Exception):
    """The host didn't answer in time."""


class Gone(Exception):
    """The host's process has ended."""


class Refused(Exception):
    """The host could not do what was asked; `told` says why."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(told)
        self.told = told


@dataclass
class End:
    """How a host's process ended: `call` and `line` are None where nobody saw it."""

    status: str
    call: str | None
    line: Line | None


class Host(Protocol):
    """What serves the learner's app, and tells of it."""

    deadline: float | None
    gone: threading.Event

    @property
    def alive(self) -> bool: ...
    def ask(self, do: str, seconds: float | None, /, **more: Any) -> Any: ...
    def send(self, do: str, **more: Any) -> Future[Any]: ...
    def where(self) -> dict[str, Any]: ...
    def begin(self) -> None: ...
    def printed(self) -> list[str]: ...
    def end(self) -> End: ...
    def kill(self) -> None: ...


class Hosts:
    """Bears hosts and waits for them to call; `close` ends them all."""

    def __init__(self, *, fork: bool = FORKS, bear: bool = True) -> None:
        """Begins to import the frameworks at once, unless none is to be born. Raises Lacking."""
        self.bears = bear
        with lacking(words.NO_FOLDER):
            self.folder = tempfile.TemporaryDirectory(
                prefix="workshop-", ignore_cleanup_errors=True
            )
        try:
            self._open(fork and bear)
        except BaseException:
            self.folder.cleanup()
            raise

    def _open(self, fork: bool) -> None:
        files = Path(self.folder.name)
        with lacking(words.NO_PORT):
            self.listening = socket.create_server(("127.0.0.1", 0))
        with lacking(words.NO_FOLDER):
            variables = environment(files)
        with lacking(words.NO_START):
            complaints = files / "complaints"
            self.births: Births = (
                Forked(variables, complaints, "workshop.host.nursery")
                if fork
                else Started(variables, "workshop.host.child")
            )
        self.count = 0
        self.bearing = threading.Lock()
        self.closed = False

    def bear(self) -> ChildHost:
        """A host that waits to be asked; the first comes once the frameworks are imported.

        Raises Lacking.
        """
        with self.bearing:  # two that call at once couldn't be told apart
            return self._bear()

    def _bear(self) -> ChildHost:
        if self.closed:
            raise Lacking(words.NO_START.format(reason="the run has ended"))
        self.count += 1
        files = Path(self.folder.name)
        token = secrets.token_hex(16)
        arguments = {
            "port": self.listening.getsockname()[1],
            "token": token,
            "printed": str(files / f"printed-{self.count}"),
            "stacks": str(files / f"stacks-{self.count}"),
        }
        with lacking(words.NO_START):
            pid = self.births.bear(arguments)
        connection = called(self.listening, token, lambda: self.births.gone(pid))
        if connection is None:
            reason = last_line(Path(arguments["printed"]))
            raise Lacking(words.NO_START.format(reason=reason))
        connection.settimeout(None)
        reader = connection.makefile("r", encoding="utf-8")
        return ChildHost(self.births, pid, connection, reader, arguments)

    def database(self) -> Path:
        """A path for one app's database."""
        return Path(tempfile.mkdtemp(prefix="database-", dir=self.folder.name)) / "todo.db"

    def close(self) -> None:
        self.closed = True
        self.births.close()  # what is being born ends by it, and lets the lock go
        with self.bearing:
            self.births.close()
        self.listening.close()
        self.folder.cleanup()


class ChildHost:
    """A host in a process of its own."""

    # Seconds after which an exchange has failed. No right answer takes a tenth of it.
    deadline: float | None = 2.0

    def __init__(
        self,
        births: Births,
        pid: int,
        connection: socket.socket,
        reader: Any,
        arguments: dict[str, Any],
    ) -> None:
        self.births = births
        self.pid = pid
        self.connection = connection
        self.printed_to = Path(arguments["printed"])
        self.stacks = Path(arguments["stacks"])
        self.ending: dict[str, Any] = {}
        self.folder = Folder("")
        self.gone = threading.Event()
        self.waiting: dict[int, Future[Any]] = {}
        self.asked = 0
        self.begins = 0
        threading.Thread(target=self._read, args=(reader,), daemon=True).start()

    @property
    def alive(self) -> bool:
        return not self.gone.is_set()

    def _read(self, reader: Any) -> None:
        try:
            for line in reader:
                told = json.loads(line)
                if "ending" in told:
                    self.ending = self.ending or told
                elif waiting := self.waiting.pop(told["id"], None):
                    waiting.set_result(told)
        except (OSError, ValueError):
            pass
        self.gone.set()
        self.connection.close()
        for waiting in list(self.waiting.values()):
            waiting.set_exception(Gone())

    def ask(self, do: str, seconds: float | None, /, **more: Any) -> Any:
        """What the host answers. Raises Silent after `seconds`, Gone, or Refused."""
        told = self._wait(self.send(do, **more), seconds, moving=do == "start")
        if "failed" in told:
            raise Refused(told["failed"])
        return told["ok"]

    def send(self, do: str, **more: Any) -> Future[Any]:
        """Ask, and don't wait. Raises Gone."""
        if "code" in more:
            self.folder = Folder(more["code"])
        self.asked += 1
        answer: Future[Any] = Future()
        self.waiting[self.asked] = answer
        message = {"id": self.asked, "do": do, **more}
        try:
            self.connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise Gone from error
        if not self.alive:
            raise Gone
        return answer

    def _wait(self, answer: Future[Any], seconds: float | None, *, moving: bool) -> Any:
        """The answer, within `seconds`; longer where the app is `moving` through its files.

        A start reads one file after another. On an overloaded machine that takes its time, and
        isn't stuck; what stands in one and the same file for a second is.
        """
        if seconds is None or not moving:
            slices, stood = [seconds], None
        else:
            slices, stood = [seconds - 1, *[1.0] * MOVING], None
        for patience in slices:
            with suppress(FutureTimeout):
                return within(answer, patience)
            if len(slices) == 1:
                break
            where = self.where()
            line = where["held"] or next(iter(where["waits"]), None)
            stands = line["file"] if line else None
            if stands is not None and stands == stood:
                break
            stood = stands
        raise Silent

    def where(self) -> dict[str, Any]:
        """Where the app's threads stand, also when the GIL is held and the host can't say."""
        try:
            told: dict[str, Any] = self.ask("where", 0.5)
            return told
        except (Silent, Gone, Refused):
            line = self._dumped(by_signal=self.alive)
            return {"held": line, "waits": []}

    def _dumped(self, *, by_signal: bool) -> Line | None:
        if by_signal and hasattr(signal, "SIGUSR1"):
            before = self.stacks.stat().st_size
            os.kill(self.pid, signal.SIGUSR1)
            for _ in range(50):
                if self.stacks.stat().st_size > before:
                    break
                self.gone.wait(0.01)
        return fallen_at(self.stacks.read_text(errors="replace"), self.folder)

    def begin(self) -> None:
        """From here on, `printed` tells what is printed."""
        self.begins = self.printed_to.stat().st_size

    def printed(self) -> list[str]:
        """The last lines that the app printed since `begin`."""
        with self.printed_to.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(self.begins, end - 4096))
            text = file.read().decode(errors="replace")
        return [line.rstrip() for line in text.splitlines() if line.strip()]

    def end(self) -> End:
        """How the process ended."""
        self.gone.wait(1)
        try:
            status = self.births.status(self.pid, 2)
        except FutureTimeout:
            status = "without a word"
        lines = self.ending.get("lines") or []
        line = lines[-1] if lines else self._dumped(by_signal=False)
        return End(status, self.ending.get("ending"), line)

    def kill(self) -> None:
        self.births.kill(self.pid)
        self.gone.set()
        self.connection.close()
