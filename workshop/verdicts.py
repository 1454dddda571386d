"""What is wrong with a test, or missing, said as a check says it: with the learner's line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workshop import judging, regions, standing
from workshop.seen import Unmet
from workshop.trials import Result

MAKES = {judging.ROWS: "app", judging.ALONE: "app", judging.OVER: "client"}
"""The fixture that made what an innocent test trips over."""


@dataclass(frozen=True)
class Aside:
    """Why a test is set aside; `kind` is one of those in `judging.ASIDE`."""

    kind: str
    result: Result
    freedom: str = ""

    @property
    def what(self) -> str:
        return judging.ASIDE[self.kind].format(what=self.freedom)

    @property
    def says(self) -> str:
        """What the test does, and its own text where the reason isn't known without."""
        known = self.kind in (judging.BARE, judging.OVER, judging.ROWS)
        return f"{self.what}: {self.result.text}" if self.result.text and not known else self.what

    @property
    def why(self) -> str:
        if self.result.raised and self.kind in (judging.WRONG, judging.OTHER):
            return judging.RAISED
        return judging.WHY_ASIDE[self.kind]


def name_of(function: str) -> str:
    """A test's name, as it is written."""
    return function.rpartition("::")[2]


def file_of(function: str) -> str:
    """The file that a test stands in."""
    return function.partition("::")[0]


def says_nothing(result: Result) -> bool:
    """Whether a test that met empty answers alone passed, and would whatever it met."""
    return result.outcome == "passed" and (result.asks > 0 or result.asserts == 0)


def place(tests: Path, result: Result) -> standing.Place | None:
    """The line of the learner's that a result is about."""
    return standing.line(tests / result.file, result.line) if result.file else None


def unfit(tests: Path, function: str, aside: Aside) -> Unmet:
    """Of a test that is set aside, why it is."""
    got, line = f"{name_of(function)} {aside.says}", place(tests, aside.result)
    if aside.kind in MAKES:
        line = standing.function(tests / "conftest.py", MAKES[aside.kind]) or line
    return Unmet(got, judging.SOME_TEST, aside.why, line)


def example(tests: Path, function: str, aside: Aside) -> Unmet:
    """Of a test that came with the lesson, why it is set aside: what it asks for isn't right."""
    unmet = unfit(tests, function, aside)
    unmet.why, unmet.advice = judging.WHY_EXAMPLE, judging.MEND_EXAMPLE
    return unmet


def meant(tests: Path, function: str, aside: Aside, bug: int) -> Unmet:
    """Of a test that should notice a bug, why it doesn't count."""
    unmet, name = unfit(tests, function, aside), name_of(function)
    unmet.got = judging.NOT_BUT_ASIDE.format(number=bug, name=name, says=aside.says)
    unmet.expected = judging.NOTICED_BY
    file = tests / file_of(function)
    if unmet.line is None or unmet.line["file"] != str(file):
        unmet.line = standing.function(file, name)
    return unmet


def not_noticed(tests: Path, file: str, bug: int, area: str) -> Unmet:
    """Of a bug, that no test is about it; the next one is to be added to `file`."""
    got = judging.NOT_NOTICED.format(number=bug, area=area)
    there, line = tests / file, None
    if there.exists():
        source = there.read_text(encoding="utf-8", errors="replace")
        if not any(standing.tests(source)):
            got = judging.NO_TEST_THERE.format(number=bug, file=file)
        if not regions.regions(source):
            line = standing.line(there, standing.last(source))
    else:
        file = judging.YOUR_TESTS
    return Unmet(got, judging.NOTICED_BY, line=line, advice=judging.ADD_TEST.format(file=file))
