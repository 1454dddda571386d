"""Where tests and fixtures stand: in a learner's files, and in those that a lesson gives."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from workshop import build
from workshop.course import Lesson

Place = dict[str, Any]


def line(file: Path, number: int) -> Place:
    """A line as a report shows it."""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    source = lines[number - 1].strip() if number <= len(lines) else ""
    return {"file": str(file), "line": number, "source": source}


def functions(source: str) -> dict[str, int]:
    """The functions of a file, methods too, with their lines; none where it can't be read."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return {}
    found = [one for one in nodes if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {one.name: one.lineno for one in sorted(found, key=lambda one: one.lineno)}


def tests(source: str) -> list[str]:
    """The names of a file's tests."""
    return [name for name in functions(source) if name.startswith("test")]


def last(source: str) -> int:
    """The line of a file's last test; where it has none, of its last function, or the first."""
    found = functions(source)
    return max((found[name] for name in tests(source) or found), default=1)


def function(file: Path, name: str) -> Place | None:
    """Where a function of that name begins, if it is in that file."""
    source = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    number = functions(source).get(name)
    return line(file, number) if number else None


def examples(lesson: Lesson) -> frozenset[str]:
    """The tests that a lesson gives, by pytest's names for them."""
    return frozenset(
        f"{name}::{function}"
        for name, content in build.starter(lesson).items()
        if Path(name).name.startswith("test_")
        for function in tests(content.decode())
    )
