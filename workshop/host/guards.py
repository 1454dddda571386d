"""Calls that would end, copy or stop the whole process: told to the checks before they happen."""

from __future__ import annotations

import asyncio
import faulthandler
import os
import pdb
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

from workshop.host.frames import Folder, Line

Tell = Callable[[dict[str, Any]], None]


class Breakpoint(Exception):
    """Raised where the learner's code meets a breakpoint that no keyboard can answer."""


class Forked(Exception):
    """Raised where the learner's code would fork the server."""


class Guards:
    """Wraps the calls that end a process; `folder` is the code that is served just now."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.folder: Folder | None = None
        self.met_breakpoints: list[Line] = []
        self.slept: list[Line] = []

    def here(self) -> list[Line]:
        return self.folder.of_stack(sys._getframe(2)) if self.folder else []

    def ending(self, call: str) -> None:
        self.tell({"ending": call, "lines": self.here()})

    def install(self) -> None:
        """Replace the calls, for the life of this process."""
        self._wrap(os, "_exit", lambda _code: True)
        self._wrap(os, "abort", lambda: True)
        self._wrap(os, "kill", lambda pid, _signal: pid == os.getpid())
        self._wrap(signal, "raise_signal", lambda _signal: True)
        for name in ("fork", "forkpty"):
            if hasattr(os, name):
                self._refuse_fork(name)
        self._notice_sleep()
        sys.breakpointhook = self._breakpoint
        pdb.set_trace = self._breakpoint

    def _wrap(self, module: Any, name: str, ends_us: Callable[..., bool]) -> None:
        real, us = getattr(module, name), os.getpid()

        def told(*args: Any) -> Any:
            # In a process that a library forked, what ends is not the host.
            if os.getpid() == us and ends_us(*args):
                self.tell({"ending": f"{module.__name__}.{name}", "lines": self.here()})
            return real(*args)

        setattr(module, name, told)

    def _refuse_fork(self, name: str) -> None:
        real = getattr(os, name)

        def fork() -> Any:
            caller = sys._getframe(1).f_code.co_filename
            if self.folder and self.folder.owns(caller):
                raise Forked(f"os.{name}")
            return real()

        setattr(os, name, fork)

    def _notice_sleep(self) -> None:
        """Keep where the learner's code sleeps on the loop, however short that is."""
        real = time.sleep

        def sleep(seconds: Any) -> None:
            if asyncio._get_running_loop() is not None:
                self.slept.extend(self.here()[-1:])
            real(seconds)

        time.sleep = sleep

    def _breakpoint(self, *_args: Any, **_options: Any) -> NoReturn:
        self.met_breakpoints.extend(self.here()[-1:])
        raise Breakpoint("breakpoint")


def dump_stacks_to(path: str) -> None:
    """Let a crash, or SIGUSR1 while the GIL is held, write every thread's lines to `path`."""
    stacks = open(path, "a")  # noqa: SIM115  open for the process's life
    faulthandler.enable(stacks)
    if hasattr(signal, "SIGUSR1"):
        faulthandler.register(signal.SIGUSR1, stacks)
