"""Clocks that a check may put forward: that of the learner's code, and the event loop's."""

from __future__ import annotations

import asyncio
import functools
import sys
import time
from collections.abc import Callable
from typing import Any

CLOCKS = {"monotonic": 1, "perf_counter": 1, "time": 1, "monotonic_ns": 10**9, "time_ns": 10**9}
"""Functions of `time`, and how much a second is to each."""


class Clock:
    """`owns` says whether a file is the learner's."""

    def __init__(self, owns: Callable[[str], bool]) -> None:
        self.owns = owns
        self.ahead = 0.0

    def install(self) -> None:
        """For the life of this process, and before `todo_api` takes a function out of `time`."""
        for name, second in CLOCKS.items():
            setattr(time, name, self._put(getattr(time, name), second))

    def _put(self, real: Callable[[], float], second: int) -> Callable[[], float]:
        @functools.wraps(real)
        def now() -> float:
            if self.ahead and self.owns(sys._getframe(1).f_code.co_filename):
                return real() + type(real())(self.ahead * second)
            return real()

        return now


class LoopClock:
    """An event loop's clock: put forward, what waits on the loop for so long goes on at once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.real = loop.time
        self.ahead = 0.0
        loop.time = self.now  # type: ignore[method-assign]

    def now(self) -> float:
        return self.real() + self.ahead


LONG = 0.25
"""Seconds that something waits for a deadline; the server's own tick, and a breath, are shorter."""


class Deadlines:
    """An event loop's deadlines: while they are held, what waits for so long goes on waiting."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.call_at = loop.call_at
        self.waiting: list[asyncio.TimerHandle] | None = None
        loop.call_at = self._call_at  # type: ignore[method-assign, assignment]

    def hold(self) -> None:
        self.waiting = self.waiting or []

    def let_go(self) -> None:
        """Go on: what was waited for meanwhile comes at its time, or at once where that is over."""
        held, self.waiting = self.waiting or [], None
        for handle in held:
            self.call_at(handle.when(), self._run, handle)

    def _run(self, handle: asyncio.TimerHandle) -> None:
        if not handle.cancelled():
            handle._run()

    def _call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        if self.waiting is None or when - self.loop.time() < LONG:
            return self.call_at(when, callback, *args, context=context)
        handle = asyncio.TimerHandle(when, callback, args, self.loop, context)
        self.waiting.append(handle)
        return handle
