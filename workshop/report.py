"""Turn what a run found into the lines that a learner reads."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from workshop import words
from workshop.course import Lesson, after, lessons
from workshop.failure import Failure

STILL = "still"
"""Takes the place of a task's number for the checks of earlier lessons."""

ROOM = words.WIDTH - 13
"""Columns for the text of a block's line."""


@dataclass(frozen=True)
class Piece:
    """Some text, and its colour: green, red, yellow, dim, bold or none."""

    text: str
    colour: str = ""


Line = list[Piece]


@dataclass
class Run:
    """One lesson's checks on one folder, as far as they have come."""

    lesson: Lesson
    code: Path
    totals: dict[str, int] = field(default_factory=dict)
    passed: dict[str, int] = field(default_factory=dict)
    failed: dict[str, Failure] = field(default_factory=dict)
    untouched: bool = False
    notices: list[str] = field(default_factory=list)

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
        lines += [[], [Piece(f"{'next':<13}{self._next(run)}", "bold")]]
        return lines

    def _list(self, run: Run) -> list[Line]:
        lesson = run.lesson
        first = f"Lesson {lesson.number}, {lesson.title}, on {self.path(run.code / 'todo_api')}"
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
        """At most twelve lines: `printed` gives way first, then `answer`."""
        number = "start" if failure.starting else failure.task
        rows: list[tuple[str, str, str]] = []
        if not failure.not_started and not failure.starting:
            rows += [(*self._shown(label, text), "") for label, text in failure.shown]
        if not failure.not_started:
            rows += [(k, v, c) for k, v, c in self._compared(failure) if v]
        rows.append(("why", words.shorten(failure.why, ROOM), ""))
        if failure.line is not None:
            rows.append(("your code", self._source(failure), ""))
        tail = []
        if not failure.starting:
            tail.append(("hint", f"{self.prefix}workshop hint {failure.task}", ""))
            chapter = f"{self.path(run.lesson.chapter)}:{run.lesson.chapter_line(failure.task)}"
            tail.append(("read", chapter, ""))
        room = 11 - len(rows) - len(tail)
        printed = [] if failure.not_started else failure.printed[-min(max(room, 0), 3) :]
        rows += [("printed", words.shorten(text, ROOM), "") for text in printed if room > 0]
        while len(rows) + len(tail) > 11:
            answers = [row for row in rows if row[0].startswith("answer")]
            rows.remove(answers[0] if answers else rows[0])
        lines: list[Line] = [[Piece(f"{number:<13}{words.shorten(failure.promise, ROOM)}")]]
        for label, text, colour in rows + tail:
            lines.append([Piece(f"  {label:<11}"), Piece(text, colour)])
        return lines

    def _shown(self, label: str, text: str) -> tuple[str, str]:
        """What was sent is never cut, an answer is."""
        return label, words.visible(text) if label.startswith("sent") else words.shorten(text, ROOM)

    def _compared(self, failure: Failure) -> list[tuple[str, str, str]]:
        return [
            ("got", words.shorten(failure.got or "", ROOM), "red"),
            ("expected", words.shorten(failure.expected or "", ROOM), "green"),
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
        if failure.advice:
            return failure.advice.format(command=command)
        file = "your code"
        if failure.line is not None:
            file = Path(os.path.relpath(failure.line["file"], run.code / "todo_api")).as_posix()
        if failure.not_started:
            return f"write task {failure.task} in {file}, then run: {command}"
        return f"change {file}, then run: {command}"

    def _onwards(self, run: Run) -> str:
        coming = after(run.lesson)
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

    def trouble(self, text: str) -> list[Line]:
        """A run that can't begin."""
        first = f"{words.SIGNS[words.NOT_YET]} {'no run':<13}{text}"
        return [[Piece(first, "red")], [], [Piece(f"{'next':<13}{words.TROUBLE_NEXT}", "bold")]]

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
