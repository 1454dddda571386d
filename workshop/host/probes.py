"""What can't be seen from outside: statements, exceptions, warnings.

Listeners are put on SQLAlchemy's classes once, before any app exists; `Probes` keeps what they
tell about the app that is served now.
"""

from __future__ import annotations

import gc
import re
import sys
import threading
import warnings
from typing import Any, TextIO

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from starlette.middleware.exceptions import ExceptionMiddleware

from workshop.host.calls import Calls
from workshop.host.clock import Clock
from workshop.host.frames import Folder, Line, describe, innermost, spelled_out
from workshop.host.gate import is_planned
from workshop.host.hashing import with_little_memory
from workshop.host.records import Records
from workshop.host.traffic import Traffic

NEVER_AWAITED = re.compile(r"coroutine '(?P<name>[^']+)' was never awaited")
CREATED_AT = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')


class Probes:
    """What happened inside, since the checks last began."""

    def __init__(self) -> None:
        self.folder = Folder("")
        self.changed = threading.Condition()
        self.calls = Calls()
        self.records = Records()
        self.traffic = Traffic()
        self.clock = Clock(lambda file: self.folder.owns(file))
        self.clear()

    def clear(self) -> None:
        """Begin anew: another check."""
        self.statements: list[str] = []
        self.bound: list[tuple[str, list[str]]] = []
        self.raised: list[dict[str, Any]] = []
        self.warned: list[dict[str, Any]] = []
        self.routes: dict[str, Line] = {}
        self.commits_fail = False
        self.calls.clear()
        self.traffic.clear()
        self.records.taken = []
        self.clock.ahead = 0.0

    def listen(self) -> None:
        """Hear of statements, exceptions and warnings, for the life of this process."""
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "commit", self._commit)
        self._listen_at_the_router()
        self.records.listen()
        self.traffic.listen()
        self.clock.install()
        with_little_memory()
        sys.set_coroutine_origin_tracking_depth(8)
        warnings.simplefilter("always")
        warnings.showwarning = self._warning  # type: ignore[assignment]

    def _listen_at_the_router(self) -> None:
        """Hear of what no handler of exceptions took, before a layer makes an answer of it."""
        real = ExceptionMiddleware.__call__

        async def heard(layer: Any, scope: Any, receive: Any, send: Any) -> None:
            try:
                await real(layer, scope, receive, send)
            except Exception as error:
                if not is_planned(error):
                    asked = f"{scope.get('method', scope['type'])} {scope.get('path', '')}"
                    self.exception(asked.strip(), error)
                raise

        ExceptionMiddleware.__call__ = heard  # type: ignore[method-assign, assignment]

    def _statement(
        self, _c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any
    ) -> None:
        values = parameters.values() if isinstance(parameters, dict) else parameters or ()
        self.bound.append((statement, [type(value).__name__ for value in values]))
        with self.changed:
            self.statements.append(statement)
            self.changed.notify_all()

    def _commit(self, _connection: Any) -> None:
        if self.commits_fail:
            raise OperationalError("COMMIT", {}, RuntimeError("the check lets no commit through"))

    def _warning(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        _file: TextIO | None = None,
        _line: str | None = None,
    ) -> None:
        text = str(message)
        told: dict[str, Any] = {"category": category.__name__, "text": text.partition("\n")[0]}
        if match := NEVER_AWAITED.search(text):
            told["unawaited"] = match["name"].rpartition(".")[2]
            created = [(m["file"], int(m["line"])) for m in CREATED_AT.finditer(text)]
            told["lines"] = self.folder.lines(created or [(filename, lineno)])
        else:
            told["lines"] = self.folder.lines([(filename, lineno)])
        self.warned.append(told)

    def exception(self, asked: str, error: BaseException) -> None:
        """Keep what left the router or the app while it answered `asked`, "GET /path"."""
        cause = innermost(error)
        # Marked, not kept: its traceback holds what was never awaited, which must be let go.
        if not getattr(cause, "told_to_the_checks", False):
            self.raised.append({"asked": asked, **describe(error, self.folder)})
            if asked == "lifespan":
                self.raised[-1] |= spelled_out(cause)
        cause.__dict__["told_to_the_checks"] = True

    def route(self, asked: str, endpoint: Any) -> None:
        """Keep which function of the learner's answers `asked`."""
        while hasattr(endpoint, "__wrapped__"):
            endpoint = endpoint.__wrapped__
        if line := self.folder.of_code(getattr(endpoint, "__code__", None)):
            self.routes[asked] = line

    def wait_for_statement(self, words: str, times: int, seconds: float) -> bool:
        """Whether as many statements that hold `words` have begun, within `seconds`."""

        def begun() -> bool:
            found = [one for one in self.statements if words.lower() in one.lower()]
            return len(found) >= times

        with self.changed:
            return self.changed.wait_for(begun, seconds)

    def told(self) -> dict[str, Any]:
        """All of it in JSON. Collects garbage first: that is when Python warns of an `await`."""
        gc.collect()
        return {
            "statements": self.statements,
            "bound": self.bound,
            "connections": self.traffic.connections,
            "raised": self.raised,
            "warned": self.warned,
            "routes": self.routes,
            "records": self.records.taken,
            "calls": {target: one.count for target, one in self.calls.watched.items()},
        }
