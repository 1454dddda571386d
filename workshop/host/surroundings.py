"""What an app may change for the whole process, and how it is put back."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
import typing
import warnings

from fastapi.dependencies import models as dependencies


class Surroundings:
    """What an app may change for the whole process, put back before the next one starts."""

    def __init__(self) -> None:
        self.environment = dict(os.environ)
        self.folder = os.getcwd()
        self.path = list(sys.path)
        self.filters = list(warnings.filters)
        self.show = warnings.showwarning
        self.level = logging.root.level
        self.handlers = list(logging.root.handlers)
        self.signals = {
            number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)
        }

    def restore(self) -> None:
        for name in [name for name in sys.modules if name.partition(".")[0] == "todo_api"]:
            del sys.modules[name]
        forget_annotations()
        os.environ.clear()
        os.environ.update(self.environment)
        os.chdir(self.folder)
        sys.path[:] = self.path
        warnings.filters[:] = self.filters  # type: ignore[index]
        warnings.showwarning = self.show
        logging.root.setLevel(self.level)
        logging.root.handlers[:] = self.handlers
        logging.disable(logging.NOTSET)
        for logger in logging.root.manager.loggerDict.values():
            if isinstance(logger, logging.Logger):
                logger.handlers.clear()
                if logger.level:  # each call empties every logger's cache
                    logger.setLevel(logging.NOTSET)
                logger.propagate, logger.disabled = True, False
        # uvicorn logs what an app raises; the checks are told of it another way.
        errors = logging.getLogger("uvicorn.error")
        errors.handlers[:], errors.propagate = [logging.NullHandler()], False
        # asyncio logs the traceback of a task that nobody awaited, which is none of the app's.
        tasks = logging.getLogger("asyncio")
        tasks.handlers[:], tasks.propagate = [logging.NullHandler()], False
        if threading.current_thread() is threading.main_thread():
            for number, handler in self.signals.items():
                signal.signal(number, handler)


def forget_annotations() -> None:
    """Empty the caches that would keep every app that ever was: each run is slower with it."""
    caches = [getattr(one, "cache_clear", None) for one in vars(dependencies).values()]
    for clear in [*caches, *getattr(typing, "_cleanups", [])]:
        if clear is not None:
            clear()


def set_zone() -> None:
    """Let a changed TZ be seen, where the system can."""
    if hasattr(time, "tzset"):
        time.tzset()
