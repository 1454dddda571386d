"""How much is proved: for each lesson its tasks, checks, known mistakes and right answers."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from workshop.course import Lesson, lessons

HEAD = ("tasks", "checks", "mistakes", "right ones")


def table(root: Path) -> list[str]:
    """A line for each lesson, and one for all of them."""
    rows = [(f"{one.number} {one.title}", of(one)) for one in lessons(root)]
    whole = tuple(sum(column) for column in zip(*(counts for _, counts in rows), strict=True))
    lines = [f"{'':<24}" + "".join(f"{name:>13}" for name in HEAD)]
    for name, counts in [*rows, ("all", whole)]:
        lines.append(f"{name:<24}" + "".join(f"{count:>13}" for count in counts))
    return lines


def of(lesson: Lesson) -> tuple[int, ...]:
    """A lesson's figures, in the order of HEAD; the reference is one of the right ones."""
    tests = lesson.root / "tests"
    checks = re.findall(r"^@task\(", lesson.checks.read_text(encoding="utf-8"), re.MULTILINE)
    if (lesson.solution / "apis.toml").exists():
        suites = read(tests / "suites" / "told.toml")
        strong = sum(told["notices"] == "all" for told in suites.values())
        wrong = len(suites) - strong
    else:
        wrong = len(read(tests / "mistakes" / f"{lesson.number}.toml")["mistake"])
        strong = len(read(tests / "alternatives" / f"{lesson.number}.toml")["alternative"])
    return len(lesson.tasks), len(checks), wrong, strong + 1


def read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
