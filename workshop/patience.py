"""How long is waited: seconds in which this machine ran, and not those in which it stood still."""

from __future__ import annotations

import math
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TypeVar

STEP = 0.1
"""Seconds after which a wait looks up. One that took much longer was no wait: a virtual machine was
moved, a disk held everything up, a lid was closed. Nobody could have answered meanwhile."""

Waited = TypeVar("Waited")


class Patience:
    """Lasts for some seconds; for ever, where they are None."""

    def __init__(self, seconds: float | None) -> None:
        self.left = math.inf if seconds is None else seconds
        self.looked = time.monotonic()

    def lasts(self) -> bool:
        """Whether there is some left. To be asked after each STEP."""
        now = time.monotonic()
        self.left -= min(now - self.looked, 2 * STEP)
        self.looked = now
        return self.left > 0


def within(future: Future[Waited], seconds: float | None) -> Waited:
    """What comes of a future. Raises concurrent.futures.TimeoutError after so many seconds."""
    patience = Patience(seconds)
    while True:
        try:
            return future.result(max(0.001, min(STEP, patience.left)))
        except FutureTimeout:
            if future.done():
                return future.result()
            if not patience.lasts():
                raise
