"""One pytest session that grades lessons: order, gates, what failed and why."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from workshop import build, words
from workshop.arguments import Asked
from workshop.checks import Marked, marked
from workshop.collecting import StillWorking
from workshop.course import Lesson
from workshop.failure import Compared, Failure, explain
from workshop.hosts import Hosts
from workshop.report import STILL, Line, Piece, Report, Run
from workshop.shared import SharedBench
from workshop.stage import Bench, Stage

GRADING = pytest.StashKey["Grading"]()
STAGE = pytest.StashKey[Stage]()


LOGIN = ("03", 4)
"""The task from which on a check's requests are made by someone who is logged in."""


class Trouble(Exception):
    """The run can't begin; the text says why, for the learner."""


class Grading:
    """What a session knows while it grades."""

    def __init__(self, config: pytest.Config, asked: Asked, report: Report) -> None:
        """Starts to import the frameworks at once. Raises Trouble."""
        options = config.known_args_namespace
        self.config = config
        self.report = report
        self.compared: Compared | None = None
        self.runs = {
            lesson.name: Run(lesson, code_of(lesson, options.code, options.solution))
            for lesson in asked.lessons
        }
        inside = options.usepdb or sys.gettrace() is not None or "pydevd" in sys.modules
        if asked.ignored_workers:
            next(iter(self.runs.values())).notices.append(words.NO_XDIST)
        plugins = config.pluginmanager.get_plugins()
        self.shared = next((one for one in plugins if isinstance(one, SharedBench)), None)
        self.gated = not (asked.by_name or options.keyword)
        if self.shared:
            self.gated = self.shared.gates
        self.edits = {} if self.shared else {name: edits(run) for name, run in self.runs.items()}
        try:
            self.bench = (
                self.shared.bench if self.shared else Bench(Hosts(bear=not inside), inside=inside)
            )
        except OSError as error:
            raise Trouble(f"{error.strerror or error}") from error

    def stage(self, item: pytest.Item) -> Stage:
        """A stage for one check."""
        run = self._run(item)
        still, place = isinstance(item, StillWorking), _mark(item).task
        since = run.lesson.number, 9 if still else place
        return Stage(self.bench, run.lesson, run.code, logs_in=since >= LOGIN)

    def _run(self, item: pytest.Item) -> Run:
        return self.runs[item.path.parent.name]

    def _task(self, item: pytest.Item) -> str:
        """The task that a check gates: its own, or after all of them what still works."""
        place = STILL if isinstance(item, StillWorking) else _mark(item).task
        return f"{self._run(item).lesson.number}.{place}"

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The checks in the order of their tasks, lesson by lesson."""
        places = {name: place for place, name in enumerate(self.runs)}
        items.sort(key=lambda item: (places[item.path.parent.name], self._task(item)))
        for item in items:
            totals = self._run(item).totals
            totals[self._task(item)] = totals.get(self._task(item), 0) + 1
        for run in self.runs.values():
            run.untouched = untouched(run)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A task waits until the ones before it are done."""
        self.compared = None
        run = self._run(item)
        if self.shared and not self.gated:
            if self._task(item) in run.failed or isinstance(item, StillWorking):
                pytest.skip("this says nothing about the way through the lesson")
            return
        failure = run.failure
        if failure is None or not self.gated:
            return
        failed = min(run.failed)
        if failure.starting or failed < self._task(item) or failure.overdue:
            awaited = "the start" if failure.starting else failed
            pytest.skip(f"waiting for {awaited}")

    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> None:
        """Keep the two sides: the report shows them in its own words."""
        self.compared = (op, left, right)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        run, task = self._run(item), self._task(item)
        if report.failed and call.excinfo and call.when != "teardown":
            failure = self._explain(item, call.excinfo.value)
            run.failed.setdefault(task, failure)
            if not self.config.option.full:
                report.longrepr = self.report.text(run, failure)
        elif report.passed and call.when == "call":
            run.passed[task] = run.passed.get(task, 0) + 1
            if self.shared:
                self.shared.warned += item.stash[STAGE].host.ask("told", 2)["warned"]
        return report

    def _explain(self, item: pytest.Item, error: BaseException) -> Failure:
        assert isinstance(item, pytest.Function)
        run = self._run(item)
        stage = item.stash.get(STAGE, None)
        lesson = item.lesson if isinstance(item, StillWorking) else run.lesson
        task = f"{lesson.number}.{_mark(item).task}"
        failure = explain(item.obj, task, error, self.compared, stage, lesson, run.code)
        failure.still = lesson is not run.lesson
        return failure

    def lines(self, interrupted: bool) -> list[Line]:
        """The report of every lesson in this session."""
        lines: list[Line] = []
        for name, run in self.runs.items():
            edit = self.edits.get(name)
            if edit is not None and edit.wait() == 1:
                file = self.report.path(run.lesson.checks)
                run.notices += [words.EDITED, words.RESTORE.format(file=file)]
            if interrupted:
                run.notices.append(words.STOPPED)
            lines += [[Piece("")]] if lines else []
            lines += self.report.lines(run)
        return lines

    def pytest_unconfigure(self) -> None:
        if self.shared:
            self.shared.runs += self.runs.values()
        else:
            self.bench.close()
            self.bench.hosts.close()


def _mark(item: pytest.Item) -> Marked:
    assert isinstance(item, pytest.Function)
    mark = marked(item.obj)
    assert mark is not None, f"{item.nodeid} has no @task"
    return mark


def code_of(lesson: Lesson, code: str | None, solution: bool) -> Path:
    """The folder that is graded. Raises Trouble where it holds no `todo_api`."""
    folder = Path(code).resolve() if code else lesson.solution if solution else lesson.folder
    if not (folder / "todo_api").is_dir():
        raise Trouble(words.NO_CODE.format(folder=code or folder))
    return folder


def untouched(run: Run) -> bool:
    """Whether the graded folder still is the starter."""
    there = build.files_of(run.code)
    return all(there.get(name) == content for name, content in build.starter(run.lesson).items())


def edits(run: Run) -> subprocess.Popen[bytes] | None:
    """Ask git, meanwhile, whether a lesson's checks differ from the committed ones."""
    command = ["git", "diff", "--quiet", "HEAD", "--", str(run.lesson.checks)]
    if not (run.lesson.root / ".git").exists():
        return None
    try:
        return subprocess.Popen(
            command, cwd=run.lesson.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError:
        return None
