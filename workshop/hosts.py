"""Hosts, seen from the checks: have one born, ask it things, find out why it ended, end it."""

from __future__ import annotations

import json
import os
import queue
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from workshop.host.frames import Folder, Line
from workshop.host.stacks import fallen_at

WARM_WITHIN = 60
"""Seconds until the frameworks are imported, on the slowest machine that is still of use."""


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
    """A process that serves the learner's app."""

    @property
    def alive(self) -> bool: ...
    def ask(self, do: str, seconds: float, **more: Any) -> Any: ...
    def where(self) -> dict[str, Any]: ...
    def printed(self) -> list[str]: ...
    def end(self) -> End: ...
    def kill(self) -> None: ...


class Births(Protocol):
    """How hosts come into the world on this system."""

    def bear(self, arguments: dict[str, Any]) -> int: ...
    def kill(self, pid: int) -> None: ...
    def status(self, pid: int, seconds: float) -> str: ...
    def close(self) -> None: ...


def how_it_ended(code: int) -> str:
    """`code` as `subprocess` gives it, in words."""
    if code >= 0:
        return f"with exit code {code}"
    try:
        return f"by the signal {signal.Signals(-code).name}"
    except ValueError:
        return f"by the signal {-code}"


class Forked:
    """Hosts forked from a process that has the frameworks imported: a tenth of a second each."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workshop.host.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env=environment(),
        )
        self.born: queue.Queue[int] = queue.Queue()
        self.ended: dict[int, Future[int]] = {}
        self.lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told = json.loads(line)
            if "born" in told:
                self._ended(told["born"])
                self.born.put(told["born"])
            elif "gone" in told:
                code = os.waitstatus_to_exitcode(told["status"])
                self._ended(told["gone"]).set_result(code)

    def _ended(self, pid: int) -> Future[int]:
        with self.lock:
            return self.ended.setdefault(pid, Future())

    def _tell(self, message: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def bear(self, arguments: dict[str, Any]) -> int:
        self._tell({"fork": arguments})
        return self.born.get(timeout=WARM_WITHIN)

    def kill(self, pid: int) -> None:
        if self.process.poll() is None:
            self._tell({"kill": pid})

    def status(self, pid: int, seconds: float) -> str:
        return how_it_ended(self._ended(pid).result(seconds))

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Started:
    """Hosts started one by one: the way where forking isn't safe."""

    def __init__(self) -> None:
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    def bear(self, arguments: dict[str, Any]) -> int:
        process = subprocess.Popen(
            [sys.executable, "-m", "workshop.host.child", json.dumps(arguments)],
            stdin=subprocess.DEVNULL,
            env=environment(),
            **own_group(),
        )
        self.processes[process.pid] = process
        return process.pid

    def kill(self, pid: int) -> None:
        if process := self.processes.get(pid):
            process.kill()

    def status(self, pid: int, seconds: float) -> str:
        return how_it_ended(self.processes[pid].wait(seconds))

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()


def own_group() -> dict[str, Any]:
    """Ctrl-C in the terminal is for the checks alone."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def environment() -> dict[str, str]:
    """This process's environment, less what an app would read."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TODO_")}


class Hosts:
    """Bears hosts and waits for them to call; `close` ends them all."""

    def __init__(self, *, fork: bool = sys.platform == "linux") -> None:
        """Raises OSError where no port or no temporary folder can be had."""
        self.folder = tempfile.TemporaryDirectory(prefix="workshop-", ignore_cleanup_errors=True)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.births: Births = Forked() if fork else Started()
        self.count = 0

    def bear(self) -> ChildHost:
        """A host that waits to be asked; the first comes once the frameworks are imported."""
        self.count += 1
        files = Path(self.folder.name)
        token = secrets.token_hex(16)
        arguments = {
            "port": self.listening.getsockname()[1],
            "token": token,
            "printed": str(files / f"printed-{self.count}"),
            "stacks": str(files / f"stacks-{self.count}"),
        }
        pid = self.births.bear(arguments)
        self.listening.settimeout(WARM_WITHIN)
        while True:
            connection, _ = self.listening.accept()
            connection.settimeout(None)
            reader = connection.makefile("r", encoding="utf-8")
            if json.loads(reader.readline()).get("token") == token:
                return ChildHost(self.births, pid, connection, reader, arguments)
            connection.close()

    def database(self) -> Path:
        """A path for one app's database."""
        return Path(tempfile.mkdtemp(prefix="database-", dir=self.folder.name)) / "todo.db"

    def close(self) -> None:
        self.births.close()
        self.listening.close()
        self.folder.cleanup()


class ChildHost:
    """A host in a process of its own."""

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
                    self.ending = told
                elif waiting := self.waiting.pop(told["id"], None):
                    waiting.set_result(told)
        except (OSError, ValueError):
            pass
        self.gone.set()
        for waiting in list(self.waiting.values()):
            waiting.set_exception(Gone())

    def ask(self, do: str, seconds: float, **more: Any) -> Any:
        """What the host answers. Raises Silent after `seconds`, Gone, or Refused."""
        if do == "start":
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
        try:
            told = answer.result(seconds)
        except FutureTimeout:
            raise Silent from None
        if "failed" in told:
            raise Refused(told["failed"])
        return told["ok"]

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
