"""Lesson 07 proved on whole suites: typical ones are told what is wrong, strong ones notice all."""

import shutil
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from workshop import apis, course, judging, proof, words
from workshop.apis import SHOWN
from workshop.bench import Bench
from workshop.suites import Suite
from workshop.trials import Run, Trials
from workshop.verdicts import name_of

HERE = Path(__file__).parent / "suites"
TOLD: dict[str, dict[str, Any]] = tomllib.loads((HERE / "told.toml").read_text("utf-8"))
STRONG = [name for name, told in TOLD.items() if told["notices"] == "all"]
TYPICAL = [*STRONG, "happy_paths", "shared_database", "sniffing"]
lesson = course.find("07")
assert lesson is not None
LESSON = lesson


def write(name: str, folder: Path) -> Path:
    """A suite as a learner would have it: what it hasn't of its own is the reference's."""
    tests = folder / "tests"
    tests.mkdir(parents=True)
    for file in ("conftest.py", "lifespan.py", "pytest.ini"):
        shutil.copy(LESSON.reference / file, tests)
    shutil.copytree(HERE / name, tests, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def graded(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], proof.Graded]:
    """What a suite is told; each is graded once."""

    @cache
    def grade(name: str) -> proof.Graded:
        if name == "reference":
            return proof.grade(LESSON, LESSON.solution, bench)
        return proof.grade(LESSON, write(name, tmp_path_factory.mktemp(name)), bench)

    return grade


def noticed(suite: Suite) -> list[int]:
    return [bug for bug, tests in suite.noticed.items() if tests]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name in TYPICAL else pytest.mark.thorough)
        for name in TOLD
    ],
)
def test_a_suite_is_told_what_it_is_worth(name: str, graded: Callable[[str], proof.Graded]) -> None:
    told, found = TOLD[name], graded(name)
    [suite] = found.suites
    if "check" in told:
        assert found.run.failure is not None, found.printed
        assert found.run.failure.check == told["check"], found.printed
    else:
        assert found.status == 0, found.printed
    for sentence in told.get("says", []):
        assert sentence in found.printed, found.printed
    assert len(found.printed.splitlines()) <= 24, found.printed
    every = list(range(1, len(suite.apis.bugs) + 1))
    assert noticed(suite) == (every if told["notices"] == "all" else told["notices"])
    assert sorted(map(name_of, suite.aside)) == told["aside"]
    assert sorted(map(name_of, suite.unable)) == told.get("unable", [])


@pytest.mark.thorough
def test_no_two_bugs_are_noticed_by_the_same_tests(
    graded: Callable[[str], proof.Graded],
) -> None:
    """Else one of them would teach nothing."""
    by_bug: dict[int, set[tuple[str, str]]] = {}
    for name in [*TOLD, "reference"]:
        for bug, tests in graded(name).suites[0].noticed.items():
            by_bug.setdefault(bug, set()).update((name, test) for test in tests)
    rows = [frozenset(tests) for tests in by_bug.values()]
    assert len(set(rows)) == len(apis.read(LESSON).bugs)
    assert all(rows)


def test_three_styles_are_strong() -> None:
    assert len(STRONG) == 2  # and the reference, which test_lessons.py grades


def test_shown_bugs_have_a_check_and_hidden_ones_a_question() -> None:
    read = apis.read(LESSON)
    assert (len(read.right), len(read.bugs)) == (3, 16)
    for bug in read.bugs:
        assert bug.area
        check = f"def bug_{bug.number:02}_is_noticed" in LESSON.checks.read_text("utf-8")
        assert check == (bug.number <= SHOWN)
        assert bool(bug.question) == (bug.number > SHOWN)


def test_each_reason_stands_on_one_line() -> None:
    assert judging.WHY_ASIDE.keys() == judging.ASIDE.keys()
    others = [judging.RAISED, judging.WHY_EXAMPLE]
    assert max(map(len, [*judging.WHY_ASIDE.values(), *others])) <= words.ROOM


def test_a_failed_subtest_fails_its_test_with_its_own_text_and_line(
    bench: Bench, tmp_path: Path
) -> None:
    """pytest tells of it by itself, and of the test only later that it isn't passed."""
    run = Run(apis.read(LESSON).right[0])
    bench.trials.run(write("subtests", tmp_path) / "tests", [run], lambda _: None)
    failed = {name_of(test): one for test, one in run.results.items() if one.failed}
    assert failed.keys() == {"test_each_is_untrue", "test_untrue"}
    for one in failed.values():
        assert one.text.startswith("assert 200 == 204"), one
        assert one.file == "test_todos.py"
    lines = (HERE / "subtests/test_todos.py").read_text("utf-8").splitlines()
    assert all("== 204" in lines[one.line - 1] for one in failed.values())


def test_what_raises_in_a_test_is_told_from_what_an_assert_says(
    bench: Bench, tmp_path: Path
) -> None:
    """What isn't an AssertionError is nothing that a test asks for, but for pytest.fail."""
    tests = write("raising", tmp_path) / "tests"
    suite = Suite(tests, bench.trials, apis.read(LESSON), lambda _: None)
    assert suite.valid == []
    why = {name_of(test): aside.why for test, aside in suite.aside.items()}
    assert why == {
        "test_a_field_that_is_not_there": judging.RAISED,
        "test_a_refusal_is_expected_in_vain": judging.WHY_ASIDE[judging.WRONG],
    }


AGAIN = """
import asyncio
import httpx
from fastapi.testclient import TestClient
from lifespan import LifespanManager

def test_again(app, client):
    with TestClient(app) as second:
        second.get("/health/live")
    client.get("/health/live")

def test_one_after_another(app):
    for _ in range(2):
        with TestClient(app) as client:
            client.get("/health/live")

def test_after_all(app):
    async def ask():
        async with LifespanManager(app) as manager:
            transport = httpx.ASGITransport(app=manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            await client.get("/health/live")
    asyncio.run(ask())
"""


def test_a_lifespan_has_ended_where_nobody_is_inside_it(bench: Bench, tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    shutil.copytree(LESSON.reference, tests)
    tests.joinpath("test_again.py").write_text(AGAIN, "utf-8")
    run = Run(apis.read(LESSON).right[0])
    bench.trials.run(tests, [run], lambda _: None)
    assert {one.outcome for one in run.results.values()} == {"passed"}
    assert [name_of(test) for test, one in run.results.items() if one.over] == ["test_after_all"]


def test_a_test_that_hangs_notices_nothing_and_the_rest_goes_on(
    bench: Bench, tmp_path: Path
) -> None:
    """Bug 9: nobody is told, so a test that waits for the event waits for ever."""
    bug = apis.read(LESSON).of(9)
    run = Run(bug, patience=2)
    bench.trials.run(write("hanging", tmp_path) / "tests", [run], lambda _: None)
    outcomes = {name_of(test): result.outcome for test, result in run.results.items()}
    assert outcomes == {"test_hears_of_a_change": "hung", "test_created": "passed"}


def test_a_test_that_ends_its_process_is_named_and_the_rest_goes_on(
    bench: Bench, tmp_path: Path
) -> None:
    run = Run(apis.read(LESSON).right[0])
    bench.trials.run(write("breaking_off", tmp_path) / "tests", [run], lambda _: None)
    outcomes = {name_of(test): result.outcome for test, result in run.results.items()}
    assert outcomes == {"test_leaves": "ended", "test_made": "passed"}


def test_where_forking_is_no_way_each_run_starts_a_process_of_its_own(tmp_path: Path) -> None:
    """The way of Windows and macOS."""
    read = apis.read(LESSON)
    runs = [Run(read.right[0]), Run(read.of(2))]
    trials = Trials(fork=False)
    try:
        trials.run(write("happy_paths", tmp_path) / "tests", runs, lambda _: None)
    finally:
        trials.close()
    right, broken = ({t: r.failed for t, r in run.results.items()} for run in runs)
    assert len(right) == 5
    assert not any(right.values())
    assert [name_of(test) for test, failed in broken.items() if failed] == ["test_create"]


def test_a_failure_before_the_body_notices_nothing(bench: Bench, tmp_path: Path) -> None:
    tests = write("happy_paths", tmp_path) / "tests"
    tests.joinpath("conftest.py").write_text(
        "import pytest\n"
        "from todo_api.main import create_app\n"
        "TODOS = make = None\n"
        "@pytest.fixture\n"
        "def client():\n    assert create_app is None\n"
        "@pytest.fixture\n"
        "def login():\n    return None\n",
        "utf-8",
    )
    run = Run(apis.read(LESSON).of(2))
    bench.trials.run(tests, [run], lambda _: None)
    assert {result.outcome for result in run.results.values()} == {"setup"}
    assert not any(result.failed for result in run.results.values())


def test_files_that_cannot_be_read_are_told_with_their_line(bench: Bench, tmp_path: Path) -> None:
    tests = write("happy_paths", tmp_path) / "tests"
    tests.joinpath("test_auth.py").write_text("def test_me(:\n    pass\n", "utf-8")
    run = Run(apis.read(LESSON).right[0])
    bench.trials.run(tests, [run], lambda _: None)
    assert [(one.file, one.line) for one in run.unread] == [("test_auth.py", 1)]
    assert "SyntaxError" in run.unread[0].text
