"""Log records as lines of JSON, each with the id of the request that it belongs to."""

import json
import logging
import sys
from datetime import UTC, datetime

from todo_api.layers import request_id

# What every record has; the rest was said with extra=….
USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One record, one line: JSON writes a line break as two characters."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in USUAL}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def install_logs() -> None:
    """For this API's loggers alone: uvicorn's are uvicorn's."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    ours = logging.getLogger("todo_api")
    ours.handlers[:] = [handler]  # a second app in this process adds no second line
    ours.setLevel(logging.INFO)
