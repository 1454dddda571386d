"""How a host's process comes into the world on this system, and how it was found to have ended."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import certifi

from workshop import words

FORKS = sys.platform == "linux"
"""Whether a process that has imported the frameworks may be forked here."""

WARM_WITHIN = 60
"""Seconds until the frameworks are imported, on the slowest machine that is still of use."""


class Lacking(Exception):
    """Something that a run needs can't be had; the text says what, and why."""


@contextmanager
def lacking(sentence: str) -> Iterator[None]:
    """Turn the system's refusal into a sentence. Raises Lacking."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise Lacking(sentence.format(reason=reason)) from error


class Births(Protocol):
    """How hosts come into the world on this system."""

    def bear(self, arguments: dict[str, Any]) -> int: ...
    def gone(self, pid: int) -> bool: ...
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

    def __init__(self, variables: dict[str, str], complaints: Path, module: str) -> None:
        """What goes wrong in `module`, the process to fork from, is written to `complaints`."""
        self.complaints = complaints
        self.warm = False
        with complaints.open("wb") as written:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=written,
                start_new_session=True,
                env=variables,
            )
        self.born: queue.Queue[int] = queue.Queue()
        self.ended: dict[int, Future[int]] = {}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told = json.loads(line)
            self.warm = True
            if "born" in told:
                # A new one each time: the system gives a number again after some thousands.
                self.ended[told["born"]] = Future()
                self.born.put(told["born"])
            elif "gone" in told:
                code = os.waitstatus_to_exitcode(told["status"])
                self.ended[told["gone"]].set_result(code)
        self.born.put(0)  # this was the last

    def _tell(self, message: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def bear(self, arguments: dict[str, Any]) -> int:
        """The new host's number. Raises Lacking."""
        try:
            self._tell({"fork": arguments})
            pid = self.born.get(timeout=WARM_WITHIN)
        except (OSError, queue.Empty):
            pid = 0
        if not pid:
            raise Lacking(words.NO_START.format(reason=last_line(self.complaints)))
        return pid

    def gone(self, pid: int) -> bool:
        return self.ended[pid].done() or self.process.poll() is not None

    def kill(self, pid: int) -> None:
        with suppress(OSError):  # where the nursery has ended, and its hosts with it
            self._tell({"kill": pid})

    def status(self, pid: int, seconds: float) -> str:
        return how_it_ended(self.ended[pid].result(seconds))

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with suppress(OSError):  # where it has ended already
            self.process.stdin.close()
        if not self.warm:  # it would read that only after its imports
            self.process.kill()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Started:
    """Hosts started one by one: the way where forking isn't safe."""

    def __init__(self, variables: dict[str, str], module: str) -> None:
        self.variables = variables
        self.module = module
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    def bear(self, arguments: dict[str, Any]) -> int:
        with open(arguments["printed"], "ab") as printed:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", self.module, json.dumps(arguments)],
                stdin=subprocess.DEVNULL,
                stderr=printed,
                env=self.variables,
                **own_group(),
            )
        self.processes[process.pid] = process
        return process.pid

    def gone(self, pid: int) -> bool:
        return self.processes[pid].poll() is not None

    def kill(self, pid: int) -> None:
        if process := self.processes.get(pid):
            process.kill()

    def status(self, pid: int, seconds: float) -> str:
        return how_it_ended(self.processes[pid].wait(seconds))

    def close(self) -> None:
        for process in list(self.processes.values()):  # another thread may start one
            process.kill()
            process.wait()


def called(listening: socket.socket, token: str, gone: Callable[[], bool]) -> socket.socket | None:
    """The connection of the child that knows the token; None where it has ended before."""
    listening.settimeout(0.2)
    deadline = time.monotonic() + WARM_WITHIN
    while time.monotonic() < deadline:
        try:
            connection, _ = listening.accept()
        except TimeoutError:
            if gone():
                return None
            continue
        connection.settimeout(WARM_WITHIN)
        with suppress(OSError, ValueError):
            if json.loads(first_line(connection)).get("token") == token:
                return connection
        connection.close()
    return None


def first_line(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(1), b"\n"))


def last_line(file: Path) -> str:
    """What a process that ended too early wrote last, which says why."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        lines = []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it ended at once")


def own_group() -> dict[str, Any]:
    """Ctrl-C in the terminal is for the checks alone."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def environment(folder: Path) -> dict[str, str]:
    """This process's environment for a host: without what an app, or its client, would read.

    Each httpx.AsyncClient() reads its certificates anew, 25 ms for the usual file. The app under
    test asks no one but the checks, without TLS; a file of one certificate will do.
    """
    mine = {name: value for name, value in os.environ.items() if not name.startswith("TODO_")}
    mine = {name: v for name, v in mine.items() if not name.lower().endswith("_proxy")}
    mark = "-----END CERTIFICATE-----"
    bundle = folder / "certificate.pem"
    first = Path(certifi.where()).read_text(encoding="ascii", errors="ignore").partition(mark)[0]
    bundle.write_text(first + mark + "\n", encoding="ascii")
    return {**mine, "SSL_CERT_FILE": str(bundle)}
