"""Grade a folder from Python, and make the folders that prove a lesson: right ones and wrong ones.

A lesson's mistakes lie in `tests/mistakes/NN.toml`, its alternatives in `tests/alternatives/`:

    [[mistake]]
    name = "the row is added and never committed"
    check = "a_second_connection_sees_it"       # the check that must be the first to fail
    says = "Until a commit a row is seen by its own session alone"   # and what the report says

    [[mistake.change]]
    file = "routes/todos.py"
    task = "01.3"                               # this task's region is replaced …
    code = '''…'''                              # … by this, indented as the region is
    imports = "import time"                     # put before the file's first import

A change may also replace text: `old`, which stands once in the file, by `new`. A region that is
not its task's first in the file has a `place`: 2, 3, …
"""

from __future__ import annotations

import contextlib
import io
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from workshop import build
from workshop.bench import Bench
from workshop.changes import Change, apply
from workshop.course import Lesson
from workshop.report import Run
from workshop.shared import SharedBench
from workshop.suites import Suite


@dataclass(frozen=True)
class Variant:
    """A lesson's solution, changed: a mistake, if `check` says who must catch it, or right."""

    name: str
    changes: tuple[Change, ...]
    check: str = ""
    says: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Graded:
    """What `pytest lessons/NN --code …` found and printed."""

    run: Run
    status: int
    printed: str
    warned: list[dict[str, Any]]
    suites: list[Suite]

    @property
    def block(self) -> str:
        """The printed report of the failure, without the list above it and `next` below."""
        return self.printed.split("\n\n")[1] if self.run.failure else ""


def variants(file: Path, kind: str) -> list[Variant]:
    """The variants in a TOML file; `kind` is "mistake" or "alternative"."""
    if not file.exists():
        return []
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    found = []
    for one in told[kind]:
        changes = tuple(Change(**change) for change in one.pop("change"))
        found.append(Variant(changes=changes, **one))
    return found


def write(lesson: Lesson, variant: Variant, folder: Path) -> None:
    """Write a lesson's solution, changed as `variant` says, as a learner would hold it."""
    files = build.solved_up_to(lesson, lesson.tasks[-1].number)
    for change in variant.changes:
        source = files.get(change.file, b"").decode()
        files[change.file] = apply(change, source).encode()
    build.write(files, folder, lesson.holds)


def grade(lesson: Lesson, folder: Path, bench: Bench, *more: str, **how: Any) -> Graded:
    """Run a lesson's checks on a folder that holds a `todo_api`, as a learner would.

    `more` are further arguments of pytest's; `how` has SharedBench's: gates, beside, every.
    """
    shared = SharedBench(bench, **how)
    arguments = [str(lesson.folder), f"--code={folder}", "-p", "no:cacheprovider", *more]
    configuration = ["-c", str(lesson.root / "pyproject.toml"), "--rootdir", str(lesson.root)]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        status = pytest.main([*configuration, *arguments], plugins=[shared])
    if len(shared.runs) != 1:
        raise RuntimeError(f"nothing was graded:\n{printed.getvalue()}")
    return Graded(shared.runs[0], int(status), printed.getvalue(), shared.warned, shared.suites)
