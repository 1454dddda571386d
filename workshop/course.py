"""The course on disk: its lessons, their tasks, where each thing lies."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
API = "todo_api"


@dataclass(frozen=True)
class Task:
    """What a learner does in one go; `number` is "03.2".

    `why` has the reasons that its checks don't give.
    """

    number: str
    title: str
    hints: tuple[str, ...]
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """One lesson; `name` is "03_dependency_injection", `number` "03".

    `promise` maps the kinds of requests that the comparison with the reference sends to the fields
    that it compares in their answers; see `workshop.steps` and `workshop.sides`. `holds` is the
    folder that a learner writes in: "todo_api", or "tests" where the tests are what is learned.
    """

    root: Path
    name: str
    title: str
    minutes: int
    files: tuple[str, ...]
    names: dict[str, str]
    tasks: tuple[Task, ...]
    promise: dict[str, list[str]]
    holds: str = API

    @property
    def number(self) -> str:
        return self.name[:2]

    @property
    def folder(self) -> Path:
        """What the learner opens: the chapter, the checks, `todo_api`."""
        return self.root / "lessons" / self.name

    @property
    def work(self) -> Path:
        """What the learner writes in."""
        return self.folder / self.holds

    @property
    def solution(self) -> Path:
        return self.root / "solutions" / self.name

    @property
    def reference(self) -> Path:
        """The same as `work`, as the solution has it."""
        return self.solution / self.holds

    @property
    def checks(self) -> Path:
        return self.folder / f"test_{self.name[3:]}.py"

    @property
    def chapter(self) -> Path:
        return self.folder / "README.md"

    def task(self, number: str) -> Task:
        """Raises KeyError for a number that this lesson hasn't."""
        for task in self.tasks:
            if task.number == number:
                return task
        raise KeyError(number)

    def chapter_line(self, task: str) -> int:
        """The line of the chapter at which a task begins; 1 where it has no heading."""
        lines = self.chapter.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            if line.startswith("#") and re.search(rf"\b{re.escape(task)}\b", line):
                return number
        return 1


def read(folder: Path, root: Path = ROOT) -> Lesson:
    """The lesson that a folder's `lesson.toml` describes."""
    told: dict[str, Any] = tomllib.loads((folder / "lesson.toml").read_text(encoding="utf-8"))
    number = folder.name[:2]
    tasks = tuple(
        Task(f"{number}.{place}", task["title"], tuple(task["hints"]), tuple(task.get("why", [])))
        for place, task in enumerate(told["tasks"], 1)
    )
    return Lesson(
        root,
        folder.name,
        told["title"],
        told["minutes"],
        tuple(told["files"]),
        told["names"],
        tasks,
        told.get("promise", {}),
        told.get("holds", API),
    )


@functools.cache
def lessons(root: Path = ROOT) -> tuple[Lesson, ...]:
    """Every lesson, in order."""
    folders = sorted((root / "lessons").glob("[0-9][0-9]_*/lesson.toml"))
    return tuple(read(toml.parent, root) for toml in folders)


def find(asked: str, root: Path = ROOT) -> Lesson | None:
    """The lesson that "03", "lessons/03" or "lessons/03_dependency_injection" means."""
    name = asked.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    for lesson in lessons(root):
        if name in (lesson.number, lesson.name):
            return lesson
    return None


def before(lesson: Lesson) -> Path:
    """The solution that a lesson starts from: the last one that holds an API."""
    solutions = (lesson.root / "solutions").iterdir()
    return max(one for one in solutions if one.name < lesson.name and (one / API).is_dir())


def after(lesson: Lesson) -> Lesson | None:
    """The lesson that comes next."""
    later = [other for other in lessons(lesson.root) if other.name > lesson.name]
    return later[0] if later else None
