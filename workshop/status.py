"""Where a learner stands: the lessons, their tasks, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop import copies, state, words
from workshop.course import Lesson, lessons
from workshop.saying import Screen
from workshop.state import State, Tried


@dataclass
class Standing:
    """One lesson: what its last run of all checks found, and whether its files changed since.

    A lesson is `begun` while its files aren't the starter's.
    """

    lesson: Lesson
    tried: Tried | None
    begun: bool
    changed: bool

    @property
    def state(self) -> str:
        if not self.begun:
            return words.NOT_STARTED
        return words.DONE if self.tried and self.tried.finished else words.NOT_YET

    def of(self, task: str) -> str:
        """A task's verdict, as its run says it; one that no run has met waits."""
        if not self.begun and task == self.lesson.tasks[0].number:
            return words.NOT_STARTED
        known = self.begun and self.tried
        return known.tasks.get(task, words.WAITING) if known else words.WAITING

    @property
    def done(self) -> int:
        return sum(self.of(task.number) == words.DONE for task in self.lesson.tasks)


def standings(root: Path) -> list[Standing]:
    """Every lesson's. Raises state.Newer."""
    remembered = state.load(root)
    return [_standing(lesson, remembered) for lesson in lessons(root)]


def _standing(lesson: Lesson, remembered: State) -> Standing:
    tried = remembered.tried.get(lesson.number)
    files = copies.mine(lesson)
    begun = bool(copies.changed(lesson, files))
    changed = tried is not None and tried.files != copies.digest(files)
    return Standing(lesson, tried, begun, begun and changed)


def coming(found: list[Standing]) -> Standing | None:
    """The lesson to go on with: the one tried last, or the next that isn't done, if any."""
    tried = [one for one in found if one.tried]
    last = max(tried, key=lambda one: one.tried.when if one.tried else "", default=found[0])
    rest = found[found.index(last) :] + found[: found.index(last)]
    return next((one for one in rest if one.state != words.DONE), None)


def command(lesson: Lesson) -> str:
    return f"{words.prefix()}pytest lessons/{lesson.number}"


def show(root: Path, screen: Screen) -> None:
    """A line a lesson, the tasks of the one to go on with, and the command."""
    found = standings(root)
    chosen = coming(found)
    for one in found:
        lesson = one.lesson
        title = f"{lesson.title}: {one.done} of {words.plural(len(lesson.tasks), 'task')} done"
        screen.item(one.state, lesson.number, title + words.CHANGED_SINCE * one.changed)
    screen.line()
    if chosen is None:
        screen.say(words.ALL_DONE, "next", "bold")
        return
    for task in chosen.lesson.tasks:
        screen.item(chosen.of(task.number), task.number, task.title)
    screen.line()
    left = [task for task in chosen.lesson.tasks if chosen.of(task.number) != words.DONE]
    text = f"task {left[0].number}, {left[0].title}:" if left else f"lesson {chosen.lesson.number}:"
    screen.order("next", text, command(chosen.lesson), "bold")


def told(root: Path) -> dict[str, Any]:
    """The same for a program."""
    found = standings(root)
    chosen = coming(found)
    return {
        "format": 1,
        "lessons": [
            {
                "lesson": one.lesson.number,
                "title": one.lesson.title,
                "minutes": one.lesson.minutes,
                "state": one.state,
                "changed_since_the_last_run": one.changed,
                "tasks": [
                    {"task": task.number, "title": task.title, "state": one.of(task.number)}
                    for task in one.lesson.tasks
                ],
                "command": command(one.lesson),
            }
            for one in found
        ],
        "next": None
        if chosen is None
        else {"lesson": chosen.lesson.number, "command": command(chosen.lesson)},
    }
