"""The list of kept copies."""

from __future__ import annotations

from collections.abc import Iterator

from workshop import copies, words
from workshop.copies import Copy
from workshop.course import Lesson
from workshop.saying import Screen

SHOWN = 10
"""How many of a lesson's copies are shown unless all are asked for."""


def show(lessons: list[Lesson], every: bool, screen: Screen) -> None:
    """When each copy was kept, why, and which files differ from the one before it."""
    last: Copy | None = None
    for lesson in lessons:
        rows = list(told(lesson))
        if not rows:
            continue
        screen.say(f"Lesson {lesson.number}, {lesson.title}")
        if len(rows) > SHOWN and not every:
            sentence = words.EARLIER_COPIES.format(count=len(rows) - SHOWN)
            command = f"{words.prefix()}workshop copies {lesson.number} --all"
            screen.order("", sentence, command)
            rows = rows[-SHOWN:]
        for copy, text in rows:
            screen.say(text, copy.name)
            last = copy
        screen.line()
    if last is None:
        screen.say(words.NO_COPIES)
    else:
        command = f"{words.prefix()}workshop undo {last.name}"
        screen.order("next", words.BRING_ONE_BACK, command, "bold")


def told(lesson: Lesson) -> Iterator[tuple[Copy, str]]:
    """Each copy of a lesson, and a line about it."""
    before = copies.numbered(copies.given(lesson))
    for copy in copies.kept(lesson):
        names = sorted(before.keys() | copy.files.keys())
        differing = [name for name in names if before.get(name) != copy.files.get(name)]
        found = copy.why == copies.RUN
        why = words.KEPT_BY_RUN if found else words.KEPT_BEFORE.format(why=copy.why)
        yield copy, f"{copy.on}, {why}: {', '.join(differing) or words.SAME_FILES}"
        before = copy.files
