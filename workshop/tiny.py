"""A course of a few lines, for tests of what is done to files and not of what is taught."""

from __future__ import annotations

from pathlib import Path

from workshop import copies
from workshop.course import lessons

TOML = """title = "{number}"
minutes = 1
files = ["main.py", "more/two.py"]
[names]
[[tasks]]
title = "one"
hints = ["a", "b", "c"]
[[tasks]]
title = "two"
hints = ["a", "b", "c"]
"""
SOURCE = """import os

# region {number}.1: one
# | ONE = 0
ONE = 1
# endregion
ROOT = os.sep
# region {number}.2: two
TWO = "{number}"
# endregion
"""


def write(root: Path, numbers: tuple[str, ...]) -> None:
    """Lessons of two files each, and two tasks in each file; their starters are written."""
    for number in ("00", *numbers):
        for name in ("main.py", "more/two.py"):
            file = root / "solutions" / f"{number}_name" / "todo_api" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            source = SOURCE.format(number=number) if number != "00" else ""
            file.write_bytes(source.encode())
        if number != "00":
            folder = root / "lessons" / f"{number}_name"
            folder.mkdir(parents=True)
            (folder / "lesson.toml").write_bytes(TOML.format(number=number).encode())
    starters(root)


def starters(root: Path) -> None:
    """Write every lesson's starter, whatever is there."""
    for lesson in lessons(root):
        for name, content in copies.given(lesson).items():
            file = lesson.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
