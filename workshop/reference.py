"""A task as the reference does it, and a learner's code beside it."""

from __future__ import annotations

import ast
import difflib
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workshop import build, copies, regions, state, words
from workshop.course import Lesson, Task
from workshop.regions import Region
from workshop.saying import Screen, place

SENTENCES = 6
"""How many of a task's reasons are shown: a check has one."""


@dataclass
class Place:
    """A task's place in a file: as the reference has it, and as the learner has it.

    `yours` is None where the learner's file has no such marks.
    """

    file: str
    reference: Region
    starter: Region
    yours: Region | None

    @property
    def unwritten(self) -> bool:
        return self.yours is not None and self.yours.body == self.starter.body

    @property
    def same(self) -> bool:
        return self.yours is not None and same(self.yours.body, self.reference.written)


def places(lesson: Lesson, task: str | None = None) -> Iterator[Place]:
    """Where the tasks of a lesson are, or one of them; the files in their order."""
    starters = build.starter(lesson)
    for name, content in build.files_of(lesson.solution, lesson.holds).items():
        source = content.decode()
        theirs, given = _by_task(source), _by_task(starters[name].decode())
        mine = _by_task(text(lesson.work / name))
        for number, found in theirs.items():
            if task in (None, number):
                yours = mine.get(number, [])
                paired = yours if len(yours) == len(found) else [None] * len(found)
                for one, start, my in zip(found, given[number], paired, strict=True):
                    yield Place(name, one, start, my)


def _by_task(source: str) -> dict[str, list[Region]]:
    found: dict[str, list[Region]] = {}
    for region in regions.regions(source):
        found.setdefault(region.task, []).append(region)
    return found


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def same(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether two pieces of code are the same but for comments and spacing."""
    trees = []
    for lines in (left, right):
        body = textwrap.indent(textwrap.dedent("\n".join(lines)), "    ")
        try:
            trees.append(ast.dump(ast.parse(f"async def _():\n{body}\n")))
        except SyntaxError:  # half a statement, or none
            return [line.strip() for line in left] == [line.strip() for line in right]
    return trees[0] == trees[1]


def whys(lesson: Lesson, task: Task) -> list[str]:
    """Why a task is done as it is, a sentence each: what its checks say, and what they don't."""
    found = []
    for node in ast.parse(text(lesson.checks)).body:
        if isinstance(node, ast.FunctionDef) and any(
            f"{lesson.number}.{ast.unparse(call.args[0])}" == task.number
            for call in node.decorator_list
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "task"
        ):
            paragraphs = (ast.get_docstring(node) or "").split("\n\n")
            found += [" ".join(paragraph.split()) for paragraph in paragraphs[1:2]]
    return [*found, *task.why][:SENTENCES]


def show(lesson: Lesson, task: Task, screen: Screen) -> None:
    """A task's lines of the reference, and why."""
    screen.say(f"{task.number}  {task.title}")
    for one in places(lesson, task.number):
        screen.line()
        screen.line(f"{place(lesson.reference / one.file)}:{one.reference.line}")
        for line in one.reference.written:
            screen.line(line.rstrip())
    screen.line()
    for number, sentence in enumerate(whys(lesson, task)):
        screen.say(sentence, " " if number else "why")


def diff(lesson: Lesson, task: Task | None, screen: Screen) -> bool:
    """A learner's code beside the reference. Whether all of it is known to be as good."""
    tried = state.load(lesson.root).tried.get(lesson.number)
    current = tried and tried.files == copies.digest(copies.mine(lesson))
    verdicts = tried.tasks if tried and current else {}
    good = [
        _diff_task(lesson, one, verdicts.get(one.number), screen)
        for one in ([task] if task else lesson.tasks)
    ]
    outside = [] if task else list(elsewhere(lesson))
    if outside:
        screen.say(words.OUTSIDE)
        for name in outside:
            screen.line(f"  {place(lesson.work / name)}")
    return all(good)


def _diff_task(lesson: Lesson, task: Task, verdict: str | None, screen: Screen) -> bool:
    """One task of the learner's beside the reference; `verdict` is the last run's, if current."""
    screen.say(f"{task.number}  {task.title}")
    found = list(places(lesson, task.number))
    if all(one.unwritten for one in found):
        screen.order("  ", words.NOT_WRITTEN, f"{words.prefix()}workshop show {task.number}")
        screen.line()
        return False
    whole = {one.file: one for one in found if one.yours is None}
    for one in found:
        if whole.get(one.file) in (None, one):
            _beside(lesson, one, screen)
    good = all(one.same for one in found) or verdict == words.DONE
    if not all(one.same for one in found):
        sentence = {words.DONE: words.AS_GOOD, words.NOT_YET: words.NOT_AS_GOOD}
        command = f"{words.prefix()}pytest lessons/{lesson.number}"
        if verdict == words.DONE:
            screen.say(words.AS_GOOD, colour="green")
        else:
            screen.order("", sentence.get(verdict or "", words.NOT_KNOWN), command)
    screen.line()
    return good


def elsewhere(lesson: Lesson) -> Iterator[str]:
    """The files that a learner changed outside the tasks."""
    starters = build.starter(lesson)
    mine = build.files_of(lesson.folder, lesson.holds)
    for name in sorted(starters.keys() | mine.keys()):
        yours, given = mine.get(name, b""), starters.get(name, b"")
        if _frame(yours) != _frame(given):
            yield name


def _frame(content: bytes) -> list[str]:
    """What is around the tasks."""
    source = content.decode(errors="replace")
    try:
        return [part if isinstance(part, str) else part.begin for part in regions.parts(source)]
    except regions.Unbalanced:
        return source.splitlines()


def _beside(lesson: Lesson, one: Place, screen: Screen) -> None:
    path = lesson.work / one.file
    if one.yours is None:
        screen.line(place(path))
        screen.say(words.MARKS_GONE.format(task=one.reference.task))
        reference = regions.plain(text(lesson.reference / one.file)).splitlines()
        yours = [line for line in text(path).splitlines() if not _mark(line)]
        _changes(yours, reference, screen)
        return
    screen.line(f"{place(path)}:{one.yours.line}")
    if one.same:
        screen.say(words.SAME_CODE)
    else:
        _changes(list(one.yours.body), list(one.reference.written), screen)


def _mark(line: str) -> bool:
    return bool(regions.BEGIN.match(line) or regions.END.match(line))


def _changes(yours: list[str], reference: list[str], screen: Screen) -> None:
    """Lines with - are the learner's, lines with + the reference's."""
    for line in difflib.unified_diff(yours, reference, "yours", "the reference", lineterm=""):
        if not line.startswith("@@"):
            screen.line(line.rstrip(), {"-": "red", "+": "green"}.get(line[0], ""))
