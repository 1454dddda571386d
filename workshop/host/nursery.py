"""The process that hosts are forked from: it has imported the frameworks, and has no threads.

It reads a line of JSON at a time: {"fork": {…}} or {"kill": pid}; it writes {"born": pid} and,
when a host has ended, {"gone": pid, "status": …} as `os.waitpid` gives it. It ends, and its
hosts with it, when its standard input is closed.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

Become = Callable[[dict[str, Any]], None]
"""What a host does, from its arguments to its end."""


def warm() -> Become:
    """Import what every app imports, and let the probes listen."""
    sys.modules["httpx._main"] = None  # type: ignore[assignment]  # its command line: rich and more

    import aiosqlite  # noqa: F401
    import fastapi  # noqa: F401
    import httpx  # noqa: F401
    import pydantic_settings  # noqa: F401
    import sqlalchemy.ext.asyncio  # noqa: F401
    import uvicorn.protocols.http.h11_impl  # noqa: F401
    from sqlalchemy.dialects.sqlite import aiosqlite as dialect  # noqa: F401

    from workshop.host.child import run
    from workshop.host.probes import Probes

    probes = Probes()
    probes.listen()
    return lambda arguments: run(**arguments, probes=probes)


def warmer() -> None:
    """Import what the first app imports as it starts, for those after it."""
    import fastapi.telemetry._runtime  # noqa: F401
    import httpcore  # noqa: F401
    import pydantic.v1  # noqa: F401
    import uvicorn.protocols.websockets.auto  # noqa: F401


def tell(message: dict[str, Any]) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


class Nursery:
    """Forks hosts, each the leader of a group of its own, and tells when one has ended."""

    def __init__(self, become: Become, warmer: Callable[[], None]) -> None:
        """`become` is what a fork does; `warmer` is called once, beside the first of them."""
        self.become = become
        self.hosts: set[int] = set()
        self.warmer: Callable[[], None] | None = warmer

    def fork(self, arguments: dict[str, Any]) -> None:
        pid = os.fork()
        if pid == 0:
            self._become(arguments)
        with suppress(OSError):  # the child does the same: whoever is first
            os.setpgid(pid, pid)
        self.hosts.add(pid)
        tell({"born": pid})
        if self.warmer:
            with suppress(ImportError), warnings.catch_warnings(action="ignore"):
                self.warmer()
            self.warmer = None
            gc.freeze()

    def _become(self, arguments: dict[str, Any]) -> None:
        code = 1
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.become(arguments)
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
        except Exception:
            traceback.print_exc()  # the checks read its last line
        finally:
            os._exit(code)

    def kill(self, pid: int) -> None:
        """End a host, and whatever it started."""
        if pid in self.hosts:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def reap(self) -> None:
        for pid in list(self.hosts):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                with suppress(ProcessLookupError):  # what the host started, if anything
                    os.killpg(pid, signal.SIGKILL)
                self.hosts.discard(pid)
                tell({"gone": pid, "status": status})

    def run(self) -> None:
        ended, woken = os.pipe()
        os.set_blocking(woken, False)
        signal.set_wakeup_fd(woken)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        unread = b""
        while True:
            ready, _, _ = select.select([0, ended], [], [])
            if ended in ready:
                os.read(ended, 4096)
                self.reap()
            if 0 in ready:
                read = os.read(0, 65536)
                if not read:
                    break
                *lines, unread = (unread + read).split(b"\n")
                for line in lines:
                    for do, argument in json.loads(line).items():
                        getattr(self, do)(argument)
        for pid in self.hosts:
            self.kill(pid)
            with suppress(ChildProcessError):  # reaped already
                os.waitpid(pid, 0)


def keep(warm: Callable[[], Become], warmer: Callable[[], None]) -> None:
    """Import what `warm` imports, then fork until the checks are gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the checks, which end this
    gc.disable()
    become = warm()
    gc.freeze()  # what is here already is never garbage: a host collects in milliseconds
    gc.enable()
    tell({"warm": True})
    Nursery(become, warmer).run()


def main() -> None:
    keep(warm, warmer)


if __name__ == "__main__":
    main()
