"""Put a lesson, or one task, back to the starter; bring a kept copy back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workshop import copies, regions
from workshop.build import Files
from workshop.copies import Copy
from workshop.course import Lesson, lessons


@dataclass
class Put:
    """What was done: the copy that was kept before, the files that are different now.

    `whole` are those put back whole, since the marks of the task were gone.
    """

    kept: Copy
    written: list[str]
    whole: list[str]


def whole_lesson(lesson: Lesson) -> Put | None:
    """The whole lesson as it began; None where it is already."""
    return _put(lesson, copies.given(lesson), f"reset {lesson.number}", [])


def one_task(lesson: Lesson, task: str) -> Put | None:
    """One task as it began; None where it is already. Where its marks are gone, its files are."""
    wanted = copies.mine(lesson)
    whole = []
    for name, content in copies.given(lesson).items():
        bodies = [region.body for region in regions.regions(content.decode(), task)]
        if not bodies:
            continue
        source = wanted.get(name, b"").decode(errors="surrogateescape")
        back = put_back(source, task, bodies)
        if back is None:
            whole.append(name)
        wanted[name] = content if back is None else back.encode(errors="surrogateescape")
    return _put(lesson, wanted, f"reset {task}", whole)


def put_back(source: str, task: str, bodies: list[tuple[str, ...]]) -> str | None:
    """A learner's source with a task's regions as they began; None if their marks aren't there."""
    lines: list[str] = []
    left = list(bodies)
    inside = False
    for line in source.split("\n"):
        begin, end = regions.BEGIN.match(line), regions.END.match(line.rstrip("\r"))
        if inside and begin:
            return None
        if not inside or end:
            lines.append(line)
        if begin and begin["task"] == task:
            if not left:
                return None
            lines.extend(left.pop(0))
            inside = True
        elif end:
            inside = False
    return None if inside or left else "\n".join(lines)


def back(copy: Copy) -> Put | None:
    """The files of a kept copy; None where they are there already. Raises copies.Lost."""
    return _put(copy.lesson, copies.contents(copy), "undo", [])


def last(root: Path, lesson: Lesson | None) -> Copy | None:
    """What was kept before a command last wrote over a lesson's files, or over any lesson's."""
    found = [
        copy
        for one in lessons(root)
        if lesson in (None, one)
        for copy in copies.kept(one)
        if copy.why != copies.RUN
    ]
    return sorted(found, key=lambda copy: copy.when)[-1] if found else None


def _put(lesson: Lesson, wanted: Files, why: str, whole: list[str]) -> Put | None:
    there = copies.mine(lesson)
    written = [name for name in {**there, **wanted} if there.get(name) != wanted.get(name)]
    if not written:
        return None
    return Put(copies.put(lesson, wanted, why), sorted(written), whole)
