"""Write what follows from the solutions: starters, and the files a lesson doesn't change."""

from __future__ import annotations

from pathlib import Path

from workshop import regions
from workshop.course import API, Lesson, before

Files = dict[str, bytes]
"""Paths below a `todo_api`, or below whatever a lesson holds, and what is in them."""


CACHES = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}


def files_of(folder: Path, holds: str = API) -> Files:
    """Everything that belongs to a folder's `todo_api`, or to what else it `holds`."""
    root = folder / holds
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and CACHES.isdisjoint(path.relative_to(root).parts)
    }


def unchanged(lesson: Lesson) -> Files:
    """The files that a lesson's solution takes over from the one before, marks removed."""
    taken = files_of(before(lesson)) if lesson.holds == API else {}
    return {
        name: regions.plain(content.decode()).encode() if name.endswith(".py") else content
        for name, content in taken.items()
        if name not in lesson.files
    }


def starter(lesson: Lesson) -> Files:
    """What a learner finds in a lesson on the first day."""
    return {
        name: regions.starter(content.decode()).encode() if name.endswith(".py") else content
        for name, content in files_of(lesson.solution, lesson.holds).items()
    }


def solved_up_to(lesson: Lesson, task: str) -> Files:
    """The starter with every task up to `task` done as the solution does it."""
    return {
        name: regions.solved_up_to(content.decode(), task).encode()
        if name.endswith(".py")
        else content
        for name, content in files_of(lesson.solution, lesson.holds).items()
    }


def write(files: Files, folder: Path, holds: str = API) -> list[str]:
    """Write `files` below what a folder `holds`; the names of those that were different."""
    written = []
    for name, content in files.items():
        path = folder / holds / name
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            written.append(name)
    return written


def drift(lesson: Lesson) -> list[str]:
    """What in the checkout isn't what `workshop build` would write, a path a line."""
    found = []
    for folder, wanted in ((lesson.solution, unchanged(lesson)), (lesson.folder, starter(lesson))):
        there = files_of(folder, lesson.holds)
        stray = set(there) - set(wanted) if folder == lesson.folder else set()
        differing = {name for name, content in wanted.items() if there.get(name) != content}
        found += [f"{folder.name}/{lesson.holds}/{name}" for name in sorted(differing | stray)]
    return found


def begun(lesson: Lesson) -> bool:
    """Whether a learner's work on this lesson is kept, so its starter must not be written."""
    return (lesson.root / ".workshop" / "copies" / lesson.number).exists()
