"""Runs of a learner's tests, each on one API in a child of its own; here their results arrive."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workshop import judging, words
from workshop.apis import Api
from workshop.births import (
    FORKS,
    WARM_WITHIN,
    Births,
    Forked,
    Lacking,
    Started,
    called,
    environment,
    last_line,
)

PATIENCE = 5.0
"""Seconds after which a test has hung that asks nothing meanwhile; a right one takes a tenth."""

BUSY = 60
"""How often a test may say that it is still asking."""

LEFT_OUT = ("__pycache__", ".pytest_cache", ".hypothesis", "*.db", "*.db-*")


@dataclass(frozen=True)
class Result:
    """What came of one test in one run.

    `outcome` is passed, failed (in its body), skipped, setup, teardown, hung or ended. `again` is
    that of a second try, which a failure gets at once. `file`, below the tests, and `line` are
    where it failed; of one that doesn't come to its end, where it begins. One that `raised` failed
    otherwise than by an assert.
    """

    test: str
    outcome: str
    text: str = ""
    file: str = ""
    line: int = 0
    again: str = ""
    raised: bool = False
    asserts: int = 0
    asks: int = 0
    bare: bool = False
    over: bool = False
    rows: bool = False
    slept: dict[str, Any] | None = None

    @property
    def function(self) -> str:
        """The test's function: each of its parameters is a test to pytest."""
        return self.test.partition("[")[0]

    @property
    def failed(self) -> bool:
        """Whether it says that the API is broken: in the test's body, and not only once."""
        return self.outcome == self.again == "failed"


@dataclass(frozen=True)
class Unread:
    """A file of tests that can't be read."""

    file: str
    text: str
    line: int


@dataclass
class Run:
    """One run of the tests: in an order that `seed` makes, on an API, or on a `mute` one."""

    api: Api
    seed: int = 0
    backwards: bool = False
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    mute: int | None = None
    patience: float = PATIENCE
    results: dict[str, Result] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)


class Trials:
    """Children that run tests: forked from one that has imported all that they need."""

    def __init__(self, *, fork: bool = FORKS, workers: int = 2) -> None:
        """Begins to import at once. Raises Lacking."""
        try:
            self.temporary = tempfile.TemporaryDirectory(
                prefix="workshop-", ignore_cleanup_errors=True
            )
            self.folder = Path(self.temporary.name)
            variables = clean(environment(self.folder))
            complaints = self.folder / "complaints"
            self.births: Births = (
                Forked(variables, complaints, "workshop.host.trial")
                if fork
                else Started(variables, "workshop.host.trial")
            )
        except OSError as error:
            raise Lacking(words.NO_START.format(reason=error.strerror)) from error
        self.bearing = threading.Lock()
        self.workers = max(workers, os.cpu_count() or 1)

    def close(self) -> None:
        self.births.close()
        self.temporary.cleanup()

    def run(self, tests: Path, runs: list[Run], tell: Callable[[str], None]) -> None:
        """Carry the runs out, a few at a time; `tell` hears how many are done."""
        done = 0

        def carry_out(run: Run) -> None:
            nonlocal done
            self._carry_out(tests, run)
            done += 1
            tell(judging.TRYING.format(number=done, count=len(runs)))

        with ThreadPoolExecutor(self.workers) as pool:
            for future in [pool.submit(carry_out, run) for run in runs]:
                future.result()

    def _carry_out(self, tests: Path, run: Run) -> None:
        """A run, in several children where a test hangs or ends the first."""
        while True:
            home = Path(tempfile.mkdtemp(dir=self.folder))
            shutil.copytree(tests, home / "tests", ignore=shutil.ignore_patterns(*LEFT_OUT))
            whole = self._try(home, run)
            shutil.rmtree(home, ignore_errors=True)
            if whole:
                return

    def _try(self, home: Path, run: Run) -> bool:
        """Run what has no result yet, in one child; whether there is nothing left to run."""
        began: Result | None = None
        busy = 0
        with self._child(home) as connection:
            job = {
                "home": str(home.resolve()),
                "codes": run.api.codes,
                "seed": run.seed,
                "backwards": run.backwards,
                "only": None if run.only is None else sorted(run.only),
                "without": sorted(run.without | run.results.keys()),
                "mute": run.mute,
            }
            outcome = "ended"
            try:
                connection.sendall(json.dumps(job).encode() + b"\n")
                connection.settimeout(WARM_WITHIN)
                with connection.makefile("r", encoding="utf-8") as told:
                    for line in told:
                        message = json.loads(line)
                        connection.settimeout(run.patience)
                        busy = busy + 1 if "busy" in message else 0
                        if busy > BUSY:
                            raise TimeoutError
                        if "test" in message:
                            run.results[message["test"]] = Result(**message)
                            began = None
                        elif "begins" in message:
                            test, file = message["begins"], message["file"]
                            began = Result(test, "", file=file, line=message["line"])
                        elif "unread" in message:
                            file = message.get("file", message["unread"])
                            run.unread.append(Unread(file, message["text"], message.get("line", 1)))
                        elif "done" in message:
                            return True
            except TimeoutError:
                outcome = "hung"
            except (OSError, ValueError):
                pass
        if began:
            run.results[began.test] = replace(began, outcome=outcome)
            return False
        return True

    def _child(self, home: Path) -> Child:
        with self.bearing, socket.create_server(("127.0.0.1", 0)) as listening:
            token = secrets.token_hex(16)
            printed = home / "printed"
            port = listening.getsockname()[1]
            pid = self.births.bear({"port": port, "token": token, "printed": str(printed)})
            connection = called(listening, token, lambda: self.births.gone(pid))
            if connection is None:
                raise Lacking(words.NO_START.format(reason=last_line(printed)))
            return Child(self.births, pid, connection)


class Child:
    """A connection to a child, which ends with it."""

    def __init__(self, births: Births, pid: int, connection: socket.socket) -> None:
        self.births = births
        self.pid = pid
        self.connection = connection

    def __enter__(self) -> socket.socket:
        return self.connection

    def __exit__(self, *_error: object) -> None:
        self.connection.close()
        self.births.kill(self.pid)


def clean(variables: dict[str, str]) -> dict[str, str]:
    """An environment without what steers a pytest."""
    return {name: value for name, value in variables.items() if not name.startswith("PYTEST_")}
