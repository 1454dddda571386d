"""What is said of a learner's tests, proved on results that are known beforehand."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from workshop import apis, course, matrix
from workshop.seen import Unmet
from workshop.suites import Suite
from workshop.trials import Result, Run

lesson = course.find("07")
assert lesson is not None
LESSON = lesson


class Foretold:
    """Trials whose results are known."""

    def __init__(self, *results: Result) -> None:
        self.results = results
        self.orders: list[list[Run]] = []

    def run(self, _tests: Path, runs: list[Run], _tell: object) -> None:
        self.orders.append(runs)
        for run in runs:
            run.results.update((one.test, one) for one in self.results)


PASSES = Result("test_a.py::test_a", "passed")


def suite_of(tests: Path, *results: Result, chance: Random | None = None) -> Suite:
    """A suite in which each test comes out the same on every API."""
    trials: Any = Foretold(*results)
    return Suite(tests, trials, apis.read(LESSON), lambda _: None, chance)


def test_a_test_that_hangs_is_no_matter_of_the_fixtures(tmp_path: Path) -> None:
    tmp_path.joinpath("test_b.py").write_text("def test_b():\n    ...\n", "utf-8")
    suite = suite_of(
        tmp_path, PASSES, Result("test_b.py::test_b", "hung", file="test_b.py", line=1)
    )
    suite.demand_lifespan()
    suite.demand_own_rows()
    suite.demand_right()
    with pytest.raises(Unmet, match="waits for something") as raised:
        suite.demand_fair()
    assert raised.value.line is not None
    assert raised.value.line["source"] == "def test_b():"


def test_a_test_of_the_task_that_is_set_aside_is_told_with_the_bug_nobody_notices(
    tmp_path: Path,
) -> None:
    """It was meant to notice it; where it failed elsewhere, the place is where it begins."""
    tmp_path.joinpath("conftest.py").write_text("assert 0\n", "utf-8")
    tmp_path.joinpath("test_b.py").write_text("x = 1\n\ndef test_b():\n    ...\n", "utf-8")
    for file, line, source in (("test_b.py", 4, "..."), ("conftest.py", 1, "def test_b():")):
        fails = Result("test_b.py::test_b", "failed", "assert 0", file, line, again="failed")
        suite = suite_of(tmp_path, PASSES, fails)
        with pytest.raises(Unmet) as raised:
            suite.demand_noticed(9, "test_b.py")
        assert raised.value.got == (
            "no test fails on broken API 9; test_b is set aside: "
            "it fails on every right API: assert 0"
        )
        assert raised.value.line is not None
        assert raised.value.line["source"] == source
        assert matrix.notices(suite) == [
            f"set aside: test_b fails on every right API ({file}:{line})"
        ]
        with pytest.raises(Unmet, match="the bug is in"):
            suite.demand_noticed(9, "test_c.py")


def test_where_a_bug_is_not_noticed_the_tasks_file_is_told(tmp_path: Path) -> None:
    """Its mark is found by who makes the report; where that is gone, the last test."""
    file, got = tmp_path / "test_b.py", "the bug is in"
    test = "def test_b():\n    ...\n"
    for source, says, line in (
        (f"{test}\nclass TestC:\n    def test_c(self): ...\n\ndef make(): ...\n", got, 5),
        (f"# TODO 07.4: a test\n{test}# end 07.4\n", got, None),
        ("def told():\n    ...\n", "test_b.py has no function whose name begins with test_", 1),
        ('"""Nothing yet."""\n', "test_b.py has no function whose name begins with test_", 1),
    ):
        file.write_text(source, "utf-8")
        with pytest.raises(Unmet) as raised:
            suite_of(tmp_path, PASSES).demand_noticed(9, "test_b.py")
        assert says in raised.value.got
        assert raised.value.advice == "add a test to test_b.py, then run: {command}"
        assert (raised.value.line or {}).get("line") == line
    with pytest.raises(Unmet) as raised:
        suite_of(tmp_path, PASSES).demand_noticed(9, "test_other.py")
    assert raised.value.advice == "add a test to your tests, then run: {command}"


@pytest.mark.parametrize("rows", [True, False])
def test_rows_of_another_test_are_told_at_the_fixture_that_makes_the_database(
    tmp_path: Path, rows: bool
) -> None:
    """The test that trips over them is innocent. Without `rows`: it passes when it runs alone."""

    class Shares(Foretold):
        def run(self, tests: Path, runs: list[Run], tell: object) -> None:
            super().run(tests, runs, tell)
            for run in runs:
                if run.only:
                    run.results[meets.test] = Result(meets.test, "passed")

    tmp_path.joinpath("test_b.py").write_text("def test_b():\n    ...\n", "utf-8")
    meets = Result("test_b.py::test_b", "failed", "", "test_b.py", 2, again="failed", rows=rows)
    trials: Any = Shares(PASSES, meets)
    for fixtures, source in (("x = 1\ndef app(): ...\n", "def app(): ..."), ("", "...")):
        tmp_path.joinpath("conftest.py").write_text(fixtures, "utf-8")
        suite = Suite(tmp_path, trials, apis.read(LESSON), lambda _: None)
        with pytest.raises(Unmet) as raised:
            suite.demand_own_rows()
        assert "a path in tmp_path" in (raised.value.why or "")
        assert raised.value.line is not None
        assert raised.value.line["source"] == source


def test_one_test_is_one_test(tmp_path: Path) -> None:
    suite = suite_of(tmp_path, PASSES)
    assert matrix.count(suite) == "0 of 10 bugs, 0 of 6 hidden ones, by 1 test"


def test_the_last_run_is_a_right_one_and_the_order_is_made_anew(tmp_path: Path) -> None:
    """Whoever fails from some run on fails on a right API; no place in the order means anything."""
    orders = []
    for seed in range(5):
        suite = suite_of(tmp_path, PASSES, chance=Random(seed))
        trials: Any = suite.trials
        assert suite.noticed
        first, second = trials.orders
        assert [run.api.area for run in first] == ["", "", ""]
        assert second[-1].api.area == ""
        assert sum(run.api.area == "" for run in second) == 3
        orders.append([run.api.name for run in second])
    assert len({tuple(order) for order in orders}) == 5
