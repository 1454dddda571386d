"""Collect a lesson's checks, and those of the lessons before it that must still pass."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workshop.checks import marked
from workshop.course import Lesson, lessons
from workshop.same import same_as_reference
from workshop.shared import SharedBench


class StillWorking(pytest.Function):
    """A check of an earlier `lesson`, run on a later one's code."""

    lesson: Lesson

    def name_after(self, lesson: Lesson, check: pytest.Function) -> None:
        """Take the name under which it is listed: still_working[02-name]."""
        self.lesson = lesson
        self._id = self.parent.id.child("still_working").with_params(  # type: ignore[union-attr]
            f"{lesson.number}-{check.name}"
        )


class SameAsReference(pytest.Function):
    """The last check of a lesson: its answers are the reference's."""


class LessonModule(pytest.Module):
    """A lesson's checks, then the earlier ones: the lasting ones, or all with `--full`."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        yield from super().collect()
        every = self.config.getoption("full") or any(
            isinstance(plugin, SharedBench) and plugin.every
            for plugin in self.config.pluginmanager.get_plugins()
        )
        mine = next(lesson for lesson in lessons() if lesson.checks == self.path)
        for lesson in lessons():
            if lesson.checks < self.path and lesson.holds == mine.holds:
                yield from self._earlier(lesson, every)
            elif lesson.checks == self.path and lesson.promise:
                check = same_as_reference
                yield SameAsReference.from_parent(self, name=check.__name__, callobj=check)

    def _earlier(self, lesson: Lesson, every: bool) -> Iterator[pytest.Item]:
        module = pytest.Module.from_parent(self.parent, path=lesson.checks)
        for check in module.collect():
            mark = marked(getattr(check, "obj", None))
            if not isinstance(check, pytest.Function) or mark is None:
                continue
            if every or mark.lasting:
                item: StillWorking = StillWorking.from_parent(
                    self,
                    name=f"still_working[{lesson.number}-{check.name}]",
                    callobj=check.obj,
                    callspec=getattr(check, "callspec", None),
                    fixtureinfo=check._fixtureinfo,
                )
                item.name_after(lesson, check)
                yield item


def is_checks(path: Path) -> bool:
    """Whether a file holds a lesson's checks."""
    return any(lesson.checks == path for lesson in lessons())
