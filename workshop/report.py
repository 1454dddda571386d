"""Turn what a run found into the lines that a learner reads."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from workshop import words
from workshop.course import Lesson, after, lessons
from workshop.failure import Failure
from workshop.words import ROOM

HEIGHT = 24
"""Lines of a whole report."""

STILL = "still"
"""Takes the place of a task's number for the checks of earlier lessons."""

SAME = "then"
"""Takes the place of a task's number for the comparison with the reference, which comes last."""


@dataclass(frozen=True)
class Piece:
    """Some text, and its colour: green, red, yellow, dim, bold or none."""

    text: str
    colour: str = ""


Line = list[Piece]


@dataclass
class Row:
    """One part of a block: its label, and its text on a line or more."""

    label: str
    texts: list[str]
    colour: str = ""


def height(rows: list[Row]) -> int:
    return sum(len(row.texts) for row in rows)


def give_way(rows: list[Row]) -> None:
    """Make a block shorter: an answer goes, or a second line, or what came first."""
    answers = [row for row in rows if row.label.startswith("answer")]
    folded = [row for row in rows if len(row.texts) > 1 and row.colour]
    if answers:
        rows.remove(answers[0])
    elif folded:
        folded[0].texts = [one_line(" ".join(folded[0].texts))]
    else:
        rows.remove(rows[0])


def one_line(text: str) -> str:
    return words.shorten(text, ROOM)


def two_lines(text: str) -> list[str]:
    first, *rest = words.fold(text, ROOM)
    return [first, one_line(" ".join(rest))] if rest else [first]


@dataclass
class Run:
    """One lesson's checks on one folder, as far as they have come."""

    lesson: Lesson
    code: Path
    totals: dict[str, int] = field(default_factory=dict)
    passed: dict[str, int] = field(default_factory=dict)
    failed: dict[str, Failure] = field(default_factory=dict)
    untouched: bool = False
    sequences: int = 0
    notices: list[str] = field(default_factory=list)
    unread: str | None = None
    drawn: Callable[[int], list[str]] | None = None
    """Lines that stand above what comes next, at most as many as there is room for."""

    @property
    def failure(self) -> Failure | None:
        """The failure that is shown: the first of the first unmet task."""
        return self.failed[min(self.failed)] if self.failed else None

    def state(self, task: str) -> str:
        failure = self.failed.get(task)
        if failure is not None and not failure.starting:
            return words.NOT_STARTED if failure.not_started else words.NOT_YET
        done = self.totals.get(task) and self.passed.get(task, 0) == self.totals[task]
        return words.DONE if done else words.WAITING


class Report:
    """Writes runs as lines. `here` is where the learner stands, `prefix` comes before commands."""

    def __init__(self, here: Path, prefix: str, arguments: str = "") -> None:
        self.here = here
        self.prefix = prefix
        self.arguments = arguments

    def path(self, path: Path | str) -> str:
        return Path(os.path.relpath(path, self.here)).as_posix()

    def command(self, lesson: Lesson) -> str:
        """The command that grades a lesson as this run did."""
        return f"{self.prefix}pytest lessons/{lesson.number}{self.arguments}"

    def lines(self, run: Run) -> list[Line]:
        """The whole report of one lesson."""
        lines = [*self._list(run)]
        for place, notice in enumerate(run.notices):
            lines.append([Piece(f"{'' if place else 'notice':<13}{notice}")])
        if run.failure:
            lines += [[], *self.block(run, run.failure)]
        if run.drawn:
            lines += [[Piece(text)] for text in run.drawn(HEIGHT - 2 - len(lines))]
        lines += [[], [Piece(f"{'next':<13}{self._next(run)}", "bold")]]
        return lines

    def _list(self, run: Run) -> list[Line]:
        lesson = run.lesson
        first = f"Lesson {lesson.number}, {lesson.title}, on {self.path(run.code / lesson.holds)}"
        lines: list[Line] = [[Piece(first + (": ready to begin" if run.untouched else ""))]]
        if run.failure and run.failure.starting:
            lines.append(self._item(words.NOT_YET, "start", words.STARTS))
        for task in lesson.tasks:
            if task.number not in run.totals:
                continue
            state = run.state(task.number)
            title = task.title
            if state == words.NOT_YET:
                passed, total = run.passed.get(task.number, 0), run.totals[task.number]
                title += f": {passed} of {words.plural(total, 'check')} pass"
            lines.append(self._item(state, task.number, title))
        still = f"{lesson.number}.{STILL}"
        own = [run.state(task.number) for task in lesson.tasks if task.number in run.totals]
        if still in run.totals and all(state == words.DONE for state in own):
            lines.append(self._still(run, still))
        same = f"{lesson.number}.{SAME}"
        waiting = run.state(still) != words.DONE if still in run.totals else False
        if same in run.totals and all(state == words.DONE for state in own) and not waiting:
            title = words.SAME_ANSWERS.format(count=run.sequences)
            lines.append(self._item(run.state(same), lesson.number, title))
        return lines

    def _still(self, run: Run, key: str) -> Line:
        earlier = [one.number for one in lessons(run.lesson.root) if one.name < run.lesson.name]
        span = f"{earlier[0]}-{earlier[-1]}" if len(earlier) > 1 else earlier[0]
        total, passed = run.totals[key], run.passed.get(key, 0)
        count = words.plural(total, "check")
        if run.state(key) == words.NOT_YET:
            count = f"{passed} of {count} pass"
        return self._item(run.state(key), span, f"{words.STILL_WORKING}: {count}")

    def _item(self, state: str, number: str, title: str) -> Line:
        colour = words.COLOURS.get(state, "dim")
        text = words.shorten(title, words.WIDTH - 22)
        return [Piece(f"{words.SIGNS[state]} {state:<13}", colour), Piece(f"{number:<7}{text}")]

    def block(self, run: Run, failure: Failure) -> list[Line]:
        """At most twelve lines: `printed` gives way first, then `answer`, then all but one line."""
        number = "start" if failure.starting else failure.task
        promise = failure.promise
        if failure.differs:
            number = run.lesson.number
            promise = words.DIFFERS.format(folder=self.path(run.lesson.solution))
        rows = [] if failure.not_started else self._seen(failure)
        rows.append(Row("why", [one_line(failure.why)]))
        if failure.line is not None:
            rows.append(Row("your code", [self._source(failure)]))
        tail = []
        if failure.differs:
            tail.append(Row("read", [self._contract(run.lesson, failure.differs)]))
        elif not failure.starting:
            tail.append(Row("hint", [f"{self.prefix}workshop hint {failure.task}"]))
            chapter = f"{self.path(run.lesson.chapter)}:{run.lesson.chapter_line(failure.task)}"
            tail.append(Row("read", [chapter]))
        room = min(11 - height(rows + tail), 3)
        if room > 0 and not failure.not_started:
            rows += [Row("printed", [one_line(text)]) for text in failure.printed[-room:]]
        while height(rows + tail) > 11:
            give_way(rows)
        lines: list[Line] = [[Piece(f"{number:<13}{one_line(promise)}")]]
        for row in rows + tail:
            for place, text in enumerate(row.texts):
                label = "" if place else row.label
                lines.append([Piece(f"  {label:<11}"), Piece(text, row.colour)])
        return lines

    def _contract(self, lesson: Lesson, asked: str) -> str:
        """The line of API.md that says what the route asked promises."""
        method, path = asked.split()
        path = re.sub(r"/\d+$", "/{id}", path)
        page = lesson.root / "API.md"
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            if line.startswith("#") and method in line and line.endswith(f" {path}"):
                return f"{self.path(page)}:{number}"
        return self.path(page)

    def _seen(self, failure: Failure) -> list[Row]:
        """What was sent, answered, got and expected: only an answer is cut to one line."""
        shown = [] if failure.starting else failure.shown
        rows = [
            Row(label, words.fold(text, ROOM) if label.startswith("sent") else [one_line(text)])
            for label, text in shown
        ]
        compared = ("got", failure.got, "red"), ("expected", failure.expected, "green")
        return rows + [
            Row(label, two_lines(text), colour) for label, text, colour in compared if text
        ]

    def _source(self, failure: Failure) -> str:
        assert failure.line is not None
        place = f"{self.path(failure.line['file'])}:{failure.line['line']}"
        if failure.column:
            place += f":{failure.column}"
        source = words.shorten(failure.line["source"], max(ROOM - len(place) - 2, 12))
        return f"{place}  {source}".rstrip()

    def _next(self, run: Run) -> str:
        failure = run.failure
        command = self.command(run.lesson)
        if failure is None:
            return self._onwards(run)
        if failure.restore:
            return words.BRING_BACK.format(path=self.path(failure.restore))
        if failure.advice:
            return failure.advice.format(command=command)
        file = "your code"
        if failure.line is not None:
            mend = failure.mend or failure.line["file"]
            file = Path(os.path.relpath(mend, run.code / run.lesson.holds)).as_posix()
        if failure.not_started:
            return f"write task {failure.task} in {file}, then run: {command}"
        return f"change {file}, then run: {command}"

    def _onwards(self, run: Run) -> str:
        coming = after(run.lesson)
        if run.unread:
            return words.BRING_BACK.format(path=self.path(run.lesson.checks))
        if not run.totals:
            return f"list the checks with: {self.command(run.lesson)} --collect-only -q"
        if any(run.passed.get(task, 0) < total for task, total in run.totals.items()):
            return f"run every check with: {self.command(run.lesson)}"
        if any(task.number not in run.totals for task in run.lesson.tasks):
            return f"run every check with: {self.command(run.lesson)}"
        if coming is None:
            return f"read how it is done, in: {self.path(run.lesson.solution)}"
        minutes = words.plural(coming.minutes, "minute")
        command = f"{self.prefix}pytest lessons/{coming.number}"
        return f"begin lesson {coming.number}, {coming.title}, {minutes}, with: {command}"

    def text(self, run: Run, failure: Failure) -> str:
        """A failure's block as one text, for those who read results one by one."""
        block = self.block(run, failure)
        return "\n".join("".join(piece.text for piece in line) for line in block)

    def trouble(self, text: str, advice: str) -> list[Line]:
        """A run that can't begin, and what to do."""
        first = f"{words.SIGNS[words.NOT_YET]} {'no run':<13}{text}"
        return [[Piece(first, "red")], [], [Piece(f"{'next':<13}{advice}", "bold")]]

    def unknown(self, asked: str, lessons: tuple[Lesson, ...]) -> list[Line]:
        """A lesson that isn't there, and those that are."""
        names = [f"{lesson.number} {lesson.title}" for lesson in lessons]
        known = ", ".join(names[:-1]) + f" or {names[-1]}" if len(names) > 1 else names[0]
        rows: list[Line] = [
            [Piece(f"{words.SIGNS[words.NOT_YET]} {'not found':<13}{asked}", "red")]
        ]
        label = "expected"
        while known:
            cut = known if len(known) <= ROOM else known[: known.rfind(" ", 0, ROOM)]
            rows.append([Piece(f"  {label:<11}{cut}")])
            known, label = known[len(cut) :].strip(), ""
        rows.append([Piece(f"  {'list':<11}{self.prefix}workshop")])
        example = f"{self.prefix}pytest lessons/{lessons[0].number}"
        text = f"{'next':<13}run one of these lessons, for example: {example}"
        return [*rows, [], [Piece(text, "bold")]]
