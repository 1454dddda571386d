"""One pytest session that grades lessons: order, gates, what failed and why."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar

import pytest

from workshop import apis, build, copies, judging, matrix, record, standing, words
from workshop.arguments import Asked
from workshop.bench import Bench
from workshop.births import Lacking
from workshop.checks import Marked, marked
from workshop.collecting import SameAsReference, StillWorking
from workshop.course import Lesson
from workshop.explain import Compared, differs, explain
from workshop.failure import Failure
from workshop.graded import code_of, edits, untouched
from workshop.hosts import Hosts
from workshop.report import SAME, STILL, Line, Piece, Report, Run
from workshop.same import SEQUENCES
from workshop.shared import SharedBench
from workshop.stage import Stage
from workshop.suites import Suite

GRADING = pytest.StashKey["Grading"]()
STAGE = pytest.StashKey[Stage]()

Had = TypeVar("Had")

LOGIN = ("03", "4")
"""The task from which on a check's requests are made by someone who is logged in."""


class Grading:
    """What a session knows while it grades."""

    def __init__(
        self, config: pytest.Config, asked: Asked, report: Report, hosts: Hosts | None
    ) -> None:
        """`hosts` are this run's own, None where it has a SharedBench. Raises Trouble."""
        options = config.known_args_namespace
        self.config = config
        self.report = report
        self.compared: Compared | None = None
        self.runs = {
            lesson.name: Run(lesson, code_of(lesson, options.code, options.solution, report))
            for lesson in asked.lessons
        }
        if asked.ignored_workers:
            next(iter(self.runs.values())).notices.append(words.NO_XDIST)
        plugins = config.pluginmanager.get_plugins()
        self.shared = next((one for one in plugins if isinstance(one, SharedBench)), None)
        self.chosen = asked.by_name or bool(options.keyword)
        self.gated = not self.chosen
        if self.shared:
            self.gated = self.shared.gates
        self.proves = self.shared is not None and not self.shared.remembers
        theirs = options.code or options.solution or self.proves
        self.graded: dict[str, build.Files] | None = None if theirs else {}
        self.trouble: str | None = None
        self.suites: dict[str, Suite] = {}
        if self.shared:
            self.bench = self.shared.bench
        elif hosts:
            self.bench = Bench(hosts, inside=not hosts.bears, ahead=True)
        self.edits = {} if self.proves else {name: edits(run) for name, run in self.runs.items()}

    def stage(self, item: pytest.Item) -> Stage:
        """A stage for one check."""
        run = self._run(item)
        return self._set(item, self.bench, run.lesson, run.code)

    def reference(self, item: pytest.Item) -> Stage:
        """A stage for the reference, beside the one for the learner's app."""
        lesson = self._run(item).lesson
        return self._set(item, self.bench.beside(), lesson, lesson.solution)

    def suite(self, item: pytest.Item, tell: Callable[[str], None]) -> Suite:
        """The learner's tests, of which each is run once however many checks ask."""
        run = self._run(item)
        if run.lesson.name not in self.suites:
            tests = run.code / run.lesson.holds
            trials = self._or_end(lambda: self.bench.trials)
            given = standing.examples(run.lesson)
            suite = Suite(tests, trials, apis.read(run.lesson), tell, given=given)
            self.suites[run.lesson.name] = suite
        return self.suites[run.lesson.name]

    def _set(self, item: pytest.Item, bench: Bench, lesson: Lesson, code: Path) -> Stage:
        return self._or_end(lambda: Stage(bench, lesson, code, logs_in=self._logs_in(item)))

    def _or_end(self, have: Callable[[], Had]) -> Had:
        """Without a process there is nothing to grade, and the run ends."""
        try:
            return have()
        except Lacking as lacking:
            self.trouble = str(lacking)
            pytest.exit(self.trouble, pytest.ExitCode.USAGE_ERROR)

    @property
    def sequences(self) -> int:
        """How many sequences of requests the comparison with the reference sends."""
        if self.shared:
            return self.shared.sequences
        return SEQUENCES * (10 if self.config.option.full else 1)

    def _logs_in(self, item: pytest.Item) -> bool:
        return (self._run(item).lesson.number, str(_place(item))) >= LOGIN

    def _run(self, item: pytest.Item) -> Run:
        return self.runs[item.path.parent.name]

    def _task(self, item: pytest.Item) -> str:
        """The task that a check gates: its own, or after all of them what still works."""
        place = _place(item)
        return f"{self._run(item).lesson.number}.{place}"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what is wrong with checks that can't be read: someone changed them."""
        if report.failed:
            lines = [line for line in str(report.longrepr).splitlines() if line.startswith("E ")]
            last = lines[-1].removeprefix("E").strip() if lines else "they can't be imported"
            self.runs[Path(str(report.nodeid)).parent.name].unread = last

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The checks in the order of their tasks, lesson by lesson."""
        places = {name: place for place, name in enumerate(self.runs)}
        items.sort(key=lambda item: (places[item.path.parent.name], self._task(item)))
        if self.shared and self.shared.beside:
            name = self.shared.beside
            asked = {self._task(item) for item in items if item.name.partition("[")[0] == name}
            items[:] = [item for item in items if self._task(item) in asked]
        for item in items:
            totals = self._run(item).totals
            totals[self._task(item)] = totals.get(self._task(item), 0) + 1
        for run in self.runs.values():
            run.sequences = self.sequences
            run.untouched = untouched(run)
        if self.graded is not None:
            self._keep(self.graded)

    def _keep(self, graded: dict[str, build.Files]) -> None:
        """Keep a copy of what the learner changed, before anything of it runs."""
        for name, run in self.runs.items():
            graded[name] = copies.mine(run.lesson)
            if notice := record.keep(run.lesson, graded[name]):
                run.notices.append(notice)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A task waits until the ones before it are done; one that isn't begun is told once."""
        self.compared = None
        run = self._run(item)
        if self.shared and not self.gated:
            later = isinstance(item, StillWorking | SameAsReference)
            if self._task(item) in run.failed or later:
                pytest.skip("this says nothing about the way through the lesson")
            return
        failure = run.failure
        if failure is None or not self.gated:
            return
        failed = min(run.failed)
        known = failure.starting or failure.overdue or failure.not_started
        if known or failed < self._task(item):
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
            if self.shared and self.proves and STAGE in item.stash:
                self.shared.warned += item.stash[STAGE].host.ask("told", 5)["warned"]
        return report

    def _explain(self, item: pytest.Item, error: BaseException) -> Failure:
        assert isinstance(item, pytest.Function)
        run = self._run(item)
        stage = item.stash.get(STAGE, None)
        if isinstance(item, SameAsReference):
            return differs(item.obj, error, stage, run.lesson, run.code)
        lesson = item.lesson if isinstance(item, StillWorking) else run.lesson
        task = f"{lesson.number}.{_mark(item).task}"
        failure = explain(item.obj, task, error, self.compared, stage, lesson, run.code)
        failure.still = lesson is not run.lesson
        return failure

    def lines(self, interrupted: bool) -> list[Line]:
        """The report of every lesson in this session."""
        if self.trouble:
            return self.report.trouble(self.trouble, words.TROUBLE_NEXT)
        lines: list[Line] = []
        for run in self.runs.values():
            run.notices += self._notices(run, interrupted)
            if suite := self.suites.get(run.lesson.name):
                run.notices += matrix.notices(suite)
                run.drawn = functools.partial(matrix.drawn, suite)
            lines += [[Piece("")]] if lines else []
            lines += self.report.lines(run)
        return lines

    def _notices(self, run: Run, interrupted: bool) -> list[str]:
        """What a learner should know of this run beside its results."""
        edit = self.edits.get(run.lesson.name)
        edited = edit is not None and edit.wait() == 1
        if run.unread:
            return [words.UNREAD.format(error=run.unread)]
        notices = []
        if edited:
            file = self.report.path(run.lesson.checks)
            notices += [words.EDITED, words.RESTORE.format(file=file)]
        if self.chosen and not run.totals:
            notices.append(words.NO_CHECK)
        if interrupted:
            notices.append(words.STOPPED)
        return notices

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """With --full all that is known of a learner's tests; else `lines` has most of it."""
        for suite in self.suites.values() if self.config.option.full else ():
            terminalreporter.section(judging.NOTICED_TITLE)
            plain = not words.encodes(terminalreporter._tw._file)
            for line in matrix.everything(suite):
                terminalreporter.line(words.ascii_only(line) if plain else line)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Remember what was found in the learner's files, if all the checks were asked for."""
        if self.graded is None or self.chosen or self.trouble:
            return
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            return
        for name, files in self.graded.items():
            if not self.runs[name].unread:
                record.note(self.runs[name], copies.digest(files))

    def pytest_unconfigure(self) -> None:
        if self.shared:
            self.shared.runs += self.runs.values()
            self.shared.suites += self.suites.values()


def _place(item: pytest.Item) -> int | str:
    """A check's task, or what stands in its place."""
    if isinstance(item, StillWorking):
        return STILL
    return SAME if isinstance(item, SameAsReference) else _mark(item).task


def _mark(item: pytest.Item) -> Marked:
    assert isinstance(item, pytest.Function)
    mark = marked(item.obj)
    assert mark is not None, f"{item.nodeid} has no @task"
    return mark
