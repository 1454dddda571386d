"""Log records, taken as the app makes them: fields, and the request's id that it would write."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}
"""What every record has; the rest was said with extra=…."""

UNSHOWN = ("todo_api.access", "todo_api.check", "todo_api.notifier", "todo_api.start")


class Records:
    """The records of loggers whose names begin with todo_api, and the root's tracebacks."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []

    def listen(self) -> None:
        """Hear of every record that a logger lets through, for the life of this process."""
        real = logging.Logger.callHandlers

        def heard(logger: logging.Logger, record: logging.LogRecord) -> None:
            if record.name.startswith("todo_api") or (record.name == "root" and record.exc_info):
                self.taken.append(told(record))
            # A report would show little else as printed: one or two a request, the check's own,
            # and tracebacks, of which it names the line.
            if record.name not in UNSHOWN and not record.exc_info:
                real(logger, record)

        logging.Logger.callHandlers = heard  # type: ignore[method-assign, assignment]


def told(record: logging.LogRecord) -> dict[str, Any]:
    """A record in JSON."""
    error = record.exc_info[0] if record.exc_info else None
    return {
        "logger": record.name,
        "level": record.levelname,
        "message": record.getMessage(),
        "request_id": current_id(),
        "exception": error.__name__ if error else None,
        **{name: plain(value) for name, value in vars(record).items() if name not in USUAL},
    }


def current_id() -> Any:
    """The id that the app keeps for the request under way, where it keeps one."""
    try:
        return plain(sys.modules["todo_api.layers"].request_id.get())
    except Exception:
        return None


def plain(value: Any) -> Any:
    """A value as JSON can say it."""
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError):
        return repr(value)
