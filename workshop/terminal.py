"""The report on the terminal, in place of pytest's own while a lesson is graded."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from typing import Any, Literal

import pytest
from _pytest._io import TerminalWriter
from _pytest.terminal import TerminalReporter

from workshop import words
from workshop.report import Line

MARKUP: dict[str, dict[str, bool]] = {
    "": {},
    "dim": {"light": True},
    **{colour: {colour: True} for colour in ("green", "red", "yellow", "bold")},
}
PATIENCE = 2.0
"""Seconds after which a run says what it is doing."""


def write(writer: TerminalWriter, line: Line, *, plain: bool) -> None:
    """Write a line, in ASCII where `plain`."""
    for piece in line:
        text = words.ascii_only(piece.text) if plain else piece.text
        writer.write(text, **MARKUP[piece.colour])
    writer.line()


def after(report: Any) -> bool:
    """Whether a report is of what comes after a check, which no learner's code is part of."""
    return getattr(report, "when", "") == "teardown"


def stopped(item: pytest.Item) -> Iterator[pytest.TestReport]:
    """The reports of a check that was never run, or not to its end."""
    where = str(item.path), item.location[1] or 0, f"Skipped: {words.STOPPED}"
    keywords: dict[str, Literal[1]] = {}
    yield pytest.TestReport(item.nodeid, item.location, keywords, "skipped", where, "call")
    yield pytest.TestReport(item.nodeid, item.location, keywords, "passed", None, "teardown")


class LessonReporter(TerminalReporter):  # type: ignore[misc]  # final, for want of an API
    """Collects as pytest's reporter does, and prints `lines()` when the session ends.

    Every result still passes through `pytest_report_teststatus`, on which editors rely.
    """

    def __init__(self, config: pytest.Config, lines: Callable[[bool], list[Line]]) -> None:
        super().__init__(config)
        self.lines = lines
        self.began = time.monotonic()
        self.progress = 0
        self.ended: set[str] = set()

    @property
    def showheader(self) -> bool:
        return False

    def report_collect(self, final: bool = False) -> None:
        """Nothing: the list of tasks says it."""

    def pytest_collection(self) -> None:
        """Nothing, for the same reason."""

    def pytest_runtest_logstart(self, nodeid: str) -> None:  # type: ignore[override]
        """Say what is being checked."""
        self.tell(f"checking: {nodeid.rpartition('::')[2]}".replace("_", " "))

    def tell(self, what: str) -> None:
        """On a terminal, past two seconds, one line that says how far the run has come."""
        if self.isatty and time.monotonic() - self.began > PATIENCE:
            line = words.shorten(what, 78)
            self._tw.write("\r" + line.ljust(self.progress))
            self.progress = len(line)
            self.flush()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._tests_ran = True
        category, *_ = self.config.hook.pytest_report_teststatus(report=report, config=self.config)
        self._add_stats(category, [report])
        if report.when == "teardown":
            self.ended.add(report.nodeid)

    def pytest_keyboard_interrupt(self) -> None:  # type: ignore[override]
        """No traceback: it is the learner who stopped. Who counts results hears of them all."""
        items = self._session.items if self._session else []
        for item in items:
            for report in () if item.nodeid in self.ended else stopped(item):
                item.ihook.pytest_runtest_logreport(report=report)

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(  # type: ignore[override]  # pytest passes what is asked for
        self, exitstatus: int
    ) -> Generator[None, None, None]:
        yield
        if self.progress:
            self._tw.write("\r" + " " * self.progress + "\r")
        # What fails while a check is set up is in the report, and checks that can't be read are.
        self.stats["error"] = [r for r in self.stats.get("error", []) if after(r)]
        self.summary_errors()
        plain = not words.encodes(self._tw._file)
        for line in self.lines(exitstatus == pytest.ExitCode.INTERRUPTED):
            write(self._tw, line, plain=plain)
        self.flush()
