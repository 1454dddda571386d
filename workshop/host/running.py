"""A pytest plugin: tests in a given order, each result told at once, a failure tried again."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from workshop.host.observing import Observer

Found = dict[str, Any]


class Runner:
    """Runs what a job asks for."""

    def __init__(
        self, job: dict[str, Any], tests: Path, observer: Observer, tell: Callable[[Found], None]
    ) -> None:
        self.job = job
        self.tests = tests
        self.observer = observer
        self.tell = tell

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        call = getattr(report, "call", None)
        if report.failed and call is not None:
            error = call.excinfo.value
            self.unread(collector.nodeid, error.__cause__ or error)
        return report

    def unread(self, file: str, error: BaseException) -> None:
        """A file of tests that can't be read."""
        self.tell({"unread": file, **self.where(error)})

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The order is the job's; the tests of a file stay together."""
        only, without = self.job["only"], self.job["without"]
        chosen = [
            i for i in items if (only is None or i.nodeid in only) and i.nodeid not in without
        ]
        chance = Random(self.job["seed"])
        chosen.sort(key=lambda item: item.nodeid)
        files = {item.path: chance.random() for item in chosen}
        places = {item.nodeid: chance.random() for item in chosen}
        chosen.sort(key=lambda item: (files[item.path], places[item.nodeid]))
        items[:] = reversed(chosen) if self.job["backwards"] else chosen

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """A test that fails is run once more: what fails only sometimes shows nothing."""
        file, line, _ = item.location
        self.tell({"begins": item.nodeid, "file": Path(file).as_posix(), "line": (line or 0) + 1})
        found = self._run(item, nextitem)
        if found["outcome"] == "failed":
            if hasattr(item, "_initrequest"):
                item._initrequest()
            found["again"] = self._run(item, nextitem)["outcome"]
        self.tell(found)
        return True

    def _run(self, item: pytest.Item, nextitem: pytest.Item | None) -> Found:
        self.observer.begin(item.nodeid)
        self.errors: dict[str, BaseException] = {}
        self.subtest: Found = {}
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        outcome = "passed"
        where: Found = {}
        for report in reports:
            if report.failed and outcome == "passed":
                outcome = "failed" if report.when == "call" else report.when
                error = self.errors.get(report.when)
                where = self.where(error) if error else {"text": str(report.longrepr)}
            elif report.skipped:
                outcome = "skipped"
        if self.subtest and outcome in ("passed", "skipped"):
            outcome, where = "failed", self.subtest
        seen = self.observer
        return {
            "test": item.nodeid,
            "outcome": outcome,
            **where,
            "asserts": seen.asserted,
            "asks": seen.requests,
            "bare": seen.bare,
            "over": seen.over,
            "rows": seen.rows,
            "slept": seen.slept,
        }

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield  # only now a TestCase's failure is in `call`
        if call.excinfo is not None:
            self.errors[call.when] = call.excinfo.value
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the first failed subtest: only these are told here, and their test goes on."""
        if report.failed and not self.subtest:
            self.subtest = self.where(self.errors["call"])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        self.observer.in_body = True
        try:
            yield
        finally:
            self.observer.in_body = False

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """What pytest does after this is no result of anybody's test."""
        self.tell({"done": True})

    def pytest_assertion_pass(self) -> None:
        self.observer.asserted += self.observer.in_body

    def where(self, error: BaseException) -> Found:
        """What an exception says, and the last line of the tests that it passed."""
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        text = str(error).strip().partition("\n")[0]
        if not isinstance(error, AssertionError) or not text:
            kind = type(error).__name__
            text = f"{kind}: {text}" if text else kind
        asked = isinstance(error, AssertionError | pytest.fail.Exception)
        found: Found = {"text": text, "raised": not asked}
        if isinstance(error, SyntaxError) and error.filename:
            frames = [(error.filename, error.lineno or 1)]
        else:
            walked = traceback.walk_tb(error.__traceback__)
            frames = [(frame.f_code.co_filename, line) for frame, line in walked]
        for file, line in frames:
            if Path(file).is_relative_to(self.tests):
                found |= {"file": Path(file).relative_to(self.tests).as_posix(), "line": line}
        return found
